// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts are those of a shell

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mayHideWords, unescapeArguments } from '../../src/actions/index.ts';
import { collectedCalls, collectedCommands, hasCollected } from './collected.ts';
import { run } from './support.ts';
import { commandTexts, newWords } from './words.ts';

describe('texts that may hide words', () => {
  it.each([
    ['echo bm1hcA== | base64 -d'],
    ['base64 --decode < f'],
    ['/b?n/c?t x'],
    ['sh -c "/???/w?oami"'],
    ['base64 -D f'],
    ['echo 6e6d6170 | xxd -r -p'],
    ['openssl enc -d -base64'],
    ['python3 -m base64 -d'],
    ['import base64; base64.b64decode(x)'],
    ['bytes.fromhex("6e")'],
    ['atob("bm1hcA==")'],
    ['String.fromCharCode(110)'],
    ['base64_decode($x)'],
    ['[Convert]::FromBase64String($x)'],
    ['powershell -enc bm1hcAbm1hcA'],
    ['powershell -EncodedCommand bm1hcA'],
    ['echo pamn | rev'],
    ['rev <<< pamn'],
    ['echo azn | tr a-z n-za-m | sh'],
    ['tr a b <<< x'],
    ['echo nXmap | sed s/X// | sh'],
    ["$'\\x6e\\x6d'"],
    ["printf '\\156\\155'"],
    ['"\\u006e"'],
    ['printf %s%s nm ap'],
    ['printf -v c nm%s ap'],
    ['echo -n nm >> f'],
    ['A=nm; B=ap; $A$B'],
    ['A=nm; ${A}ap'],
    ['A=nm; $A"ap"'],
    ['x=nm; x+=ap; $x'],
    ['export x=nm; x+=ap; env'],
    ['${x//X/}'],
    ['nm$(echo ap)'],
    ['nm`echo ap`'],
    ['n{ma,}p'],
    ['nm$@ap'],
    ['f() { $1$2; }'],
    ['nm\\\nap'],
    ['import os; os.system("nm" + "ap")'],
    ['import os; os.system("nm" "ap")'],
    ['import os\na = "nm"\nos.system(a + "ap")'],
    ['import os\na = "nm"\nos.system(f"{a}ap")'],
    ['import os; os.system("pamn"[::-1])'],
    ['import os; os.system("".join(["nm", "ap"]))'],
    ['import os; os.system(chr(110))'],
    ['import os; os.system("nXmap".replace("X", ""))'],
    ['$a = "nm"; $b = "ap"; system($a.$b);'],
    ['curl http://3221225985/'],
    ['curl http://0xC0000201/'],
    ['curl http://0300.0.2.1/'],
    ['curl http://192.0.513/'],
    ['curl "http://[::ffff:c000:201]/"'],
  ])('%j', (text) => {
    expect(mayHideWords(text)).toBe(true);
    expect(mayHideWords(`ls -la\n${text}\necho done`)).toBe(true);
  });

  it.each([
    ['ls -la /tmp | grep x | sort -u | head -5'],
    ['curl "https://example.org/bin/search?q=1&page=2" | head'],
    ['rm build/part?.o'],
    ["'nm''ap' n\"m\"ap n\\map"],
    ['git commit -m "Fix: don\'t break"'],
    ['for i in {1..9}; do echo $i; done'],
    ['echo "$HOME/$USER" ${PATH}'],
    ['pip install "a==1.2.3" b>=2.0'],
    ['import os\nfor name in os.listdir("."):\n    print(name + "x")'],
    ['x = [1, 2, 3]\ny = x[0] + x[1]'],
    ['docker run -p 8080:80 -v "$PWD:/app" node:20'],
    ['sed -i "s/a/b/g" file.txt'],
    ['base64 file > out'],
    ['tr -d "\\r" < a > b'],
    ['curl -s http://127.0.0.1:8080/health'],
    ['curl https://a.example/v1.2.345/x'],
    ['printf "%s\\n" "$x"'],
    ['echo -e "a\\tb\\n"'],
    ['def f(a, b):\n    return a + b\n'],
    ['console.log(`a ${b} c`);'],
    ['SELECT * FROM t WHERE a = 1'],
    ["awk '{print $1, $2}' f"],
    [''],
  ])('%j does not', (text) => expect(mayHideWords(text)).toBe(false));

  it('is not put off by more text around', () => {
    const sign = fc.constantFrom('x | base64 -d', "$'\\x6e'", 'A=nm; ${A}ap', 'echo pamn | rev', 'n{ma,}p x');
    fc.assert(
      fc.property(
        fc.constantFrom(...commandTexts),
        sign,
        fc.constantFrom(...commandTexts),
        (before, hidden, after) => {
          expect(mayHideWords(`${before}\n${hidden}\n${after}`)).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('takes linear time', () => {
    const start = performance.now();
    for (const piece of [
      'printf %s ',
      'echo -n a ',
      'tr a b <<< ',
      'x{,',
      '$a$',
      '`echo ',
      '"a" + ',
      '0.',
      '\\x',
      '$((',
      'a b ',
      ' ',
      '"',
      '{',
    ])
      mayHideWords(piece.repeat(Math.ceil(300_000 / piece.length)));
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});

describe('the text that the prefilter looks at', () => {
  it.each([
    ['{"command": "a\\nb"}', '{"command": "a\nb"}'],
    ['{"command": "\\u006eb \\"c\\""}', '{"command": "nb "c""}'],
    ["{'command': 'a\\x41'}", "{'command': 'a\\x41'}"],
    ['  ["a\\tb"]\n', '  ["a\tb"]\n'],
    ['"a\\nb"', '"a\nb"'],
    ['\\nmap -sS x', '\\nmap -sS x'],
    ['{ echo \\nmap; }', '{ echo \\nmap; }'],
    ['[ -f a ] && \\nmap', '[ -f a ] && \\nmap'],
    ['plain', 'plain'],
  ])('%j', (given, expected) => expect(unescapeArguments(given)).toBe(expected));
});

describe('the promise to the prefilter', () => {
  const kept = (name: string, given: string): string[] => {
    const text = unescapeArguments(given);
    return mayHideWords(text) ? [] : newWords(text, run([name, given]));
  };

  it.each(commandTexts.map((text) => [text]))('holds for %j', (text) => {
    expect(kept('bash', JSON.stringify({ command: text }))).toEqual([]);
    expect(kept('bash', text)).toEqual([]);
    expect(kept('python', JSON.stringify({ code: text }))).toEqual([]);
  });

  it.skipIf(!hasCollected)(
    'holds for all collected commands; few of the benign ones are said to hide',
    async () => {
      for (const kind of ['benign', 'unsafe', 'dualuse']) {
        const texts = await collectedCommands(kind);
        const given = texts.map((command) => JSON.stringify({ command }));
        expect(given.flatMap((each) => kept('bash', each))).toEqual([]);
        const hiding = given.filter((each) => mayHideWords(unescapeArguments(each)));
        if (kind === 'benign') expect(hiding.length / given.length).toBeLessThan(0.02);
      }
    },
  );

  it.skipIf(!hasCollected)('holds for all collected tool calls; few of them are said to hide', async () => {
    for (const kind of ['benign', 'labelled']) {
      const calls = (await collectedCalls(kind)).flat(2);
      expect(calls.flatMap(([name, given]) => kept(name, given))).toEqual([]);
      const hiding = calls.filter(([, given]) => mayHideWords(unescapeArguments(given)));
      expect(hiding.length / calls.length).toBeLessThan(0.03);
    }
  });
});
