import { describe, expect, it } from 'vitest';
import { languageOfText } from '../../src/actions/index.ts';

const code = 'import os, json\nx = 1\ndef f(a):\n    return json.dumps(a)\nprint(f(x))';

describe('the language of a text', () => {
  it.each([
    ['shell', 'ls -la'],
    ['shell', 'cd /srv && make\n./run.sh --fast'],
    ['python', code],
    ['python', `# a comment\n${code}`],
    ['shell', `cat > a.py <<'EOF'\n${code}\nEOF`],
    ['shell', `make build\ntest -d x\nfoo a.py <<EOF\n${code}\nEOF\nls`],
    ['shell', `python3 - <<'PY'\n${code}\nPY`],
    ['shell', `python3 -c "\n${code}\n"`],
    ['shell', `# write it\ntee -a b.py << "EOF"\n${code}\nEOF`],
    ['python', `cat = 1\necho = 2\n${code}`],
    ['python', `a = 1 << n\nb = 2\nn\n${code}`],
    ['javascript', 'const a = 1;\nconsole.log(a);\nmodule.exports = a;'],
    ['powershell', '$a = Get-Item x\nRemove-Item $a'],
    ['dockerfile', 'FROM alpine:3\nRUN apk add curl\nCMD ["sh"]'],
  ])('%s: %j', (language, text) => expect(languageOfText(text)).toBe(language));

  it('is told in linear time', () => {
    const start = performance.now();
    for (const piece of ['<<EOF ', 'cat <<A\n', '# \n', 'x = 1\n', 'import a\n'])
      languageOfText(piece.repeat(Math.ceil(500_000 / piece.length)));
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});
