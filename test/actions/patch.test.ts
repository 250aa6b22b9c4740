import { describe, expect, it } from 'vitest';
import { readPatch } from '../../src/actions/patch.ts';

describe('a patch', () => {
  it('tells what it does to each file', () => {
    const text = [
      '*** Begin Patch',
      '*** Add File: new.py',
      '+import os',
      '+x = 1',
      '*** Update File: old.py',
      '*** Move to: moved.py',
      '@@ def f():',
      '-    return 1',
      '+    return 2',
      '*** Delete File: gone.py',
      '*** End Patch',
    ].join('\n');
    expect(readPatch(text)).toMatchObject([
      { path: 'new.py', operation: 'create', text: 'import os\nx = 1\n' },
      { path: 'old.py', operation: 'append', text: '    return 2\n', target: 'moved.py' },
      { path: 'gone.py', operation: 'delete' },
    ]);
  });

  it('is read in the form of diff, too', () => {
    const text = [
      'diff --git a/a.c b/a.c',
      '--- a/a.c\t2026-01-01',
      '+++ b/a.c\t2026-01-02',
      '@@ -1,2 +1,2 @@',
      ' same',
      '-old',
      '+new',
      '--- /dev/null',
      '+++ b/b.c',
      '@@ -0,0 +1 @@',
      '+all',
      '--- a/c.c',
      '+++ /dev/null',
      '@@ -1 +0,0 @@',
      '-none',
    ].join('\n');
    expect(readPatch(text)).toMatchObject([
      { path: 'a.c', operation: 'append', text: 'new\n' },
      { path: 'b.c', operation: 'create', text: 'all\n' },
      { path: 'c.c', operation: 'delete' },
    ]);
  });

  it('says where a file stands in the text', () => {
    const text = '*** Begin Patch\n*** Add File: a\n+b\n*** Add File: c\n+d\n*** End Patch\n';
    const [first, second] = readPatch(text);
    expect(text.slice(first!.start, first!.end)).toBe('*** Add File: a\n+b\n');
    expect(text.slice(second!.start)).toMatch(/^\*\*\* Add File: c\n/);
  });

  it.each([[''], ['no patch'], ['+a\n-b'], ['*** Begin Patch\n*** End Patch']])(
    '%j changes nothing',
    (text) => expect(readPatch(text)).toEqual([]),
  );
});
