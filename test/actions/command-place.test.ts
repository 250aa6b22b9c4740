import { describe, expect, it } from 'vitest';
import { bare, mayBeCommand } from '../../src/actions/index.ts';
import { collectedCommands, hasCollected } from './collected.ts';
import { bash } from './support.ts';

const may = (text: string, name: string) => mayBeCommand(text, name) || mayBeCommand(bare(text), name);

describe('a word that may be a command', () => {
  it.each([
    'at now',
    'x=1 at now',
    'cd /tmp && at now',
    'echo job | at now',
    'sudo -u bob at now',
    'timeout 5 at now',
    'if true; then at now; fi',
    '/usr/bin/at now',
    'bash -c "at now"',
    "subprocess.run(['at', 'now'])",
    'echo $(at now)',
    'wrapper at now',
    'bash wrapper.sh at now',
    'find . -exec at now {} +',
    'RUN at now',
    'task: at now',
    '* * * * * root at now',
    "a't' now",
    'f() { $1 $2; }; x y z at',
  ])('in: %s', (text) => {
    expect(may(text, 'at')).toBe(true);
  });

  it.each([
    'we all meet at noon',
    'raise ValueError(f"bad offset: {offset!r} at {self.buffer}")',
    'cat attic',
    'all of these tests break at night',
    'format',
    'now.at',
  ])('not in: %s', (text) => {
    expect(may(text, 'at')).toBe(false);
  });

  it.skipIf(!hasCollected)('is every program that collected commands start', async () => {
    const missed: string[] = [];
    for (const text of (await collectedCommands('benign')).slice(0, 4000)) {
      const written = text.toLowerCase();
      for (const action of bash(text)) {
        if (action.kind !== 'process' || action.origin.via.length > 0) continue;
        const name = action.image.slice(action.image.lastIndexOf('/') + 1).toLowerCase();
        const stands = new RegExp(`(?<![\\w.-])${name.replace(/[^\w]/g, '\\$&')}(?![\\w.-])`).test(
          bare(written),
        );
        if (name !== '' && stands && !may(written, name)) missed.push(`${name} in ${text}`);
      }
    }
    expect(missed).toEqual([]);
  });
});
