import { describe, expect, it } from 'vitest';
import { command, errorsOf, eventOf, process, ruleText, select, warningsOf } from './support.ts';

function matching(lines: string, texts: string[]): string[] {
  const rule = select(lines);
  return texts.filter((text) => rule.matches(command(text)));
}

describe('text modifiers', () => {
  it('contains, startswith, endswith', () => {
    const texts = ['curl x', 'x curl', 'a curl b', 'CURL'];
    expect(matching('CommandLine|contains: curl', texts)).toEqual(texts);
    expect(matching('CommandLine|startswith: curl', texts)).toEqual(['curl x', 'CURL']);
    expect(matching('CommandLine|endswith: curl', texts)).toEqual(['x curl', 'CURL']);
  });

  it('contains with a number means its digits', () => {
    expect(matching('CommandLine|contains: 4444', ['nc -l 4444', 'nc'])).toEqual(['nc -l 4444']);
  });

  it('all asks for every value', () => {
    expect(matching('CommandLine|contains|all: [a, b]', ['ab', 'a', 'ba'])).toEqual(['ab', 'ba']);
  });

  it('cased minds the case', () => {
    expect(matching("CommandLine|contains|cased: ' -O '", ['wget -O x', 'wget -o x'])).toEqual(['wget -O x']);
    expect(matching('CommandLine|cased|endswith: Xy', ['aXy', 'axy'])).toEqual(['aXy']);
  });

  it('neq matches where no value does, and where the field is absent', () => {
    const rule = select('User|neq: [root, admin]');
    expect(rule.matches(process({ User: 'guest' }))).toBe(true);
    expect(rule.matches(process({ User: 'Root' }))).toBe(false);
    expect(rule.matches(process({}))).toBe(true);
    expect(matching('CommandLine|contains|all|neq: [a, b]', ['ab', 'a', 'c'])).toEqual(['a', 'c']);
  });

  it('exists looks at the field, not at its value', () => {
    const present = select('User|exists: true');
    const absent = select('User|exists: false');
    for (const value of ['', null, 'x', []]) {
      expect(present.matches(process({ User: value }))).toBe(true);
      expect(absent.matches(process({ User: value }))).toBe(false);
    }
    expect(present.matches(process({}))).toBe(false);
    expect(absent.matches(process({}))).toBe(true);
    expect(absent.matches(process(Object.create({ User: 'inherited' })))).toBe(true);
  });
});

describe('encoding modifiers', () => {
  it('base64', () => {
    expect(matching('CommandLine|base64|contains: xmrig', ['echo eG1yaWc= |', 'xmrig'])).toEqual([
      'echo eG1yaWc= |',
    ]);
  });

  it('base64offset finds a text wherever it stands in what was encoded', () => {
    const rule = select('CommandLine|base64offset|contains: /dev/tcp/');
    for (let before = 0; before < 9; before++) {
      for (let after = 0; after < 4; after++) {
        const script = `${'x'.repeat(before)}/dev/tcp/${'y'.repeat(after)}`;
        expect(rule.matches(command(Buffer.from(script).toString('base64')))).toBe(true);
      }
    }
    expect(rule.matches(command(Buffer.from('/dev/udp/').toString('base64')))).toBe(false);
  });

  it.each([
    ['wide', 'utf16le'],
    ['utf16le', 'utf16le'],
  ] as const)('%s before base64offset, in UTF-16', (modifier, encoding) => {
    const rule = select(`CommandLine|${modifier}|base64offset|contains: grüße`);
    const script = Buffer.from('say grüße', encoding);
    expect(rule.matches(command(script.toString('base64')))).toBe(true);
    expect(rule.matches(command(Buffer.from('say grüße').toString('base64')))).toBe(false);
  });

  it('utf16be and utf16 (with a byte order mark) before base64', () => {
    expect(matching('CommandLine|utf16be|base64: cmd', ['AGMAbQBk', 'YwBtAGQA'])).toEqual(['AGMAbQBk']);
    expect(matching('CommandLine|utf16|base64: cmd', ['//5jAG0AZAA=', 'YwBtAGQA'])).toEqual(['//5jAG0AZAA=']);
  });

  it('wide alone is a text with zeros', () => {
    expect(matching('CommandLine|wide|contains: cmd', ['c\0m\0d\0', 'cmd'])).toEqual(['c\0m\0d\0']);
  });

  it('windash takes any dash for the dash of an option', () => {
    const texts = ['x -enc y', 'x /enc y', 'x –enc y', 'x —enc y', 'x ―enc y', 'x enc y', 'x - enc y'];
    expect(matching("CommandLine|windash|contains: ' -enc '", texts)).toEqual(texts.slice(0, 5));
    // a dash within a word is no option
    expect(matching('CommandLine|windash: a-b', ['a-b', 'a/b'])).toEqual(['a-b']);
    // of the variants one will do, even where all values must be met
    expect(matching("CommandLine|windash|contains|all: [' -a', ' -b']", ['x -a /b', 'x -a'])).toEqual([
      'x -a /b',
    ]);
  });
});

describe('numbers, dates, networks', () => {
  const port = (value: string | number) => eventOf('network_connection', 'linux', { DestinationPort: value });
  const to = (value: string) => eventOf('network_connection', 'linux', { DestinationIp: value });

  it.each([
    ['lt', [1023]],
    ['lte', [1023, 1024]],
    ['gt', [1025, '1025']],
    ['gte', [1024, 1025, '1025']],
  ])('%s', (modifier, expected) => {
    const rule = select(`DestinationPort|${modifier}: 1024`, 'network_connection');
    const values = [1023, 1024, 1025, '1025', 'ssh', ''];
    expect(values.filter((value) => rule.matches(port(value)))).toEqual(expected);
  });

  it('cidr, for both families', () => {
    const rule = select('DestinationIp|cidr: [10.0.0.0/8, 2001:db8::/33, 192.0.2.7]', 'network_connection');
    const inside = [
      '10.0.0.0',
      '10.255.255.255',
      '::ffff:10.1.2.3',
      '2001:db8::1',
      '2001:DB8:7fff::',
      '192.0.2.7',
    ];
    const outside = [
      '11.0.0.1',
      '2001:db8:8000::',
      '010.0.0.1',
      '10.0.0',
      'host',
      '',
      '192.0.2.8',
      '10.0.0.1.',
    ];
    expect(inside.filter((ip) => !rule.matches(to(ip)))).toEqual([]);
    expect(outside.filter((ip) => rule.matches(to(ip)))).toEqual([]);
    expect(select('DestinationIp|cidr: fe80::/10', 'network_connection').matches(to('fe80::1%eth0'))).toBe(
      true,
    );
    expect(select('DestinationIp|cidr: 0.0.0.0/0', 'network_connection').matches(to('8.8.8.8'))).toBe(true);
  });

  it('parts of a date, as it is written', () => {
    const at = (when: string | number) => eventOf('tool_call', 'agent', { When: when });
    const on = (line: string, when: string | number) => select(line, 'tool_call').matches(at(when));
    expect(on('When|hour: 23', '2026-03-05T23:59:01+05:00')).toBe(true);
    expect(on('When|minute: 59', '2026-03-05 23:59')).toBe(true);
    expect(on('When|day: 5', '2026-03-05')).toBe(true);
    expect(on('When|month: 3', '2026-03-05')).toBe(true);
    expect(on('When|year: 2026', '2026-03-05')).toBe(true);
    expect(on('When|week: 53', '2027-01-01')).toBe(true);
    expect(on('When|week: 1', '2026-01-01')).toBe(true);
    expect(on('When|hour|gte: 22', '2026-03-05T23:59:01Z')).toBe(true);
    expect(on('When|hour|lt: 6', '2026-03-05T23:59:01Z')).toBe(false);
    expect(on('When|hour: 0', '2026-03-05')).toBe(false);
    expect(on('When|day: 31', '2026-02-31')).toBe(false);
    expect(on('When|year: 1970', 0)).toBe(true);
    expect(on('When|year: 1970', 'yesterday')).toBe(false);
  });
});

describe('fieldref', () => {
  it('compares with another field', () => {
    const rule = select('Image|fieldref: ParentImage');
    expect(rule.matches(process({ Image: '/bin/SH', ParentImage: '/bin/sh' }))).toBe(true);
    expect(rule.matches(process({ Image: '/bin/sh', ParentImage: '/bin/bash' }))).toBe(false);
    expect(rule.matches(process({ Image: '/bin/sh' }))).toBe(false);
    expect(rule.matches(process({}))).toBe(false);
  });

  it('with startswith, endswith, contains, cased, neq', () => {
    const on = (key: string, CommandLine: string, Image: string) => {
      return select(`CommandLine|${key}: Image`).matches(process({ CommandLine, Image }));
    };
    expect(on('fieldref|startswith', 'curl x', 'CURL')).toBe(true);
    expect(on('fieldref|endswith', 'x curl', 'curl')).toBe(true);
    expect(on('fieldref|contains', 'x curl y', 'curl')).toBe(true);
    expect(on('fieldref|startswith', 'x curl', 'curl')).toBe(false);
    expect(on('cased|fieldref', 'curl', 'CURL')).toBe(false);
    expect(on('fieldref|neq', 'curl', 'wget')).toBe(true);
    expect(on('fieldref|neq', 'curl', 'curl')).toBe(false);
  });
});

describe('expand', () => {
  const placeholders = { Servers: ['srv*', 'db1'], name: ['a.c'], none: [] };

  it('fills placeholders in, every value of them', () => {
    const rule = select("CommandLine|expand|contains: 'ssh %Servers%.corp'", undefined, { placeholders });
    expect(rule.matches(command('ssh srv7.corp'))).toBe(true);
    expect(rule.matches(command('ssh DB1.corp'))).toBe(true);
    expect(rule.matches(command('ssh web.corp'))).toBe(false);
  });

  it('takes \\% for a per cent sign', () => {
    const rule = select("CommandLine|expand: '\\%plain%name%'", undefined, { placeholders });
    expect(rule.matches(command('%plaina.c'))).toBe(true);
  });

  it('fills them into patterns as they stand', () => {
    const rule = select("CommandLine|re|expand: '^x%name%$'", undefined, { placeholders });
    expect(rule.matches(command('xa.c'))).toBe(true);
    expect(rule.matches(command('xabc'))).toBe(false);
  });

  it('without expand, a per cent sign is itself', () => {
    const rule = select("CommandLine: '%name%'", undefined, { placeholders });
    expect(rule.matches(command('%name%'))).toBe(true);
  });
});

describe('modifiers that make no sense', () => {
  const place = /^(.*) \(test\.yml:6, rule Test rule \d+\)(.*)$/;
  it.each([
    [
      'CommandLine|contians: x',
      "unknown modifier 'contians' in 'CommandLine|contians'; did you mean 'contains'?",
    ],
    [
      'CommandLine|utf8: x',
      /^unknown modifier 'utf8' in 'CommandLine\|utf8'; known are contains, startswith, /,
    ],
    ['CommandLine|: x', /^unknown modifier '' in 'CommandLine\|'; known are contains, startswith/],
    ['CommandLine|all|all: [a, b]', "modifier 'all' stands twice in 'CommandLine|all|all'"],
    [
      "CommandLine|re: '(?=a)b'",
      "look-ahead '(?=' in '(?=a)b'; patterns run on RE2, in linear time: write it without",
    ],
    [
      "CommandLine|re: 'x(?<!a)b'",
      "negative look-behind '(?<!' in 'x(?<!a)b'; patterns run on RE2, in linear time: write it without",
    ],
    [
      "CommandLine|re: '(a)\\1'",
      "back-reference '\\1' in '(a)\\1'; patterns run on RE2, in linear time: write it without",
    ],
    [
      "CommandLine|re: '(?P<n>a)(?P=n)'",
      "back-reference '(?P=' in '(?P<n>a)(?P=n)'; patterns run on RE2, in linear time: write it without",
    ],
    [
      "CommandLine|re: 'a++'",
      "possessive quantifier '++' in 'a++'; patterns run on RE2, in linear time: write it without",
    ],
    [
      "CommandLine|re: '(?>a)'",
      "atomic group '(?>' in '(?>a)'; patterns run on RE2, in linear time: write it without",
    ],
    ["CommandLine|re: '(a'", "'(a' in '(a': missing closing ); correct the pattern (RE2 syntax)"],
    [
      "CommandLine|re: 'a{2000}'",
      "'{2000}' in 'a{2000}': invalid repeat count; correct the pattern (RE2 syntax)",
    ],
    [
      'CommandLine|contains|re: x',
      "modifier 're' after 'contains'; 're' takes the value as it stands: put it first",
    ],
    ['CommandLine|i: x', "modifier 'i' is for patterns; put 're' first"],
    ['CommandLine|re|cased: x', "modifier 'cased' needs a text, not a pattern"],
    [
      'CommandLine|contains|base64: x',
      "'base64' cannot encode the wildcards in 'x'; put 'base64' before 'contains', 'startswith', 'endswith'",
    ],
    [
      'CommandLine|base64offset|contains: x',
      "value 'x' is too short for 'base64offset': a part of it would match anything",
    ],
    [
      "CommandLine|windash: '-a -b -c -d'",
      "value '-a -b -c -d' has more than 3 dashes for 'windash' to vary; split it into several values",
    ],
    [
      'CommandLine|wide|contains: ü',
      "value 'ü' is not ASCII: as UTF-16 it can only be looked for in base64; add 'base64' or 'base64offset'",
    ],
    ['CommandLine|exists: yes', "modifier 'exists' needs true or false, not 'yes'"],
    ['LogonId|gt: abc', "modifier 'gt' needs a number, not 'abc'"],
    ['LogonId|gt|contains: 5', "modifier 'contains' after 'gt' needs a text, not a comparison"],
    ['LogonId|hour: ten', "modifier 'hour' needs a number, not 'ten'"],
    ['CommandLine|contains: null', "modifier 'contains' needs a text, not null"],
    ['CommandLine|cidr: 10.0.0.1/8', "'10.0.0.1/8' has host bits set: give the first address of the network"],
    ['CommandLine|cidr: 10.0.0.0/33', "'10.0.0.0/33' has a prefix that is not 0 to 32"],
    ['CommandLine|cidr: intranet', "'intranet' is not an IP network"],
    [
      'CommandLine|contains|cidr: 10.0.0.0/8',
      "modifier 'cidr' after 'contains'; 'cidr' takes the value as it stands: put it first",
    ],
    [
      'Image|fieldref: ParentImge',
      "unknown field 'ParentImge' of process_creation; did you mean 'ParentImage'?",
    ],
    ['Image|contains|fieldref: User', "'fieldref' after wildcards in 'User'; put 'fieldref' first"],
    ["CommandLine|expand: '%Sever%'", "placeholder '%Sever%' has no values; did you mean 'Server'?"],
    ["CommandLine|expand: '%none%'", "a placeholder in '%none%' has an empty list of values"],
    ["'|startswith': x", "modifier 'startswith' needs a field: keywords are looked for anywhere"],
    ["'|cidr': 10.0.0.0/8", "modifier 'cidr' needs a field: keywords are looked for anywhere"],
  ])('%s', (line, message) => {
    const placeholders = { Server: ['a'], none: [] };
    const [error = '', ...others] = errorsOf(ruleText(`selection:\n  ${line}\ncondition: selection`), {
      placeholders,
    });
    const [, what = '', remedy = ''] = place.exec(error) ?? [];
    expect(others).toEqual([]);
    if (typeof message === 'string') expect(what + remedy).toBe(message);
    else expect(what + remedy).toMatch(message);
  });
});

describe('modifiers that are of little use', () => {
  it.each([
    [
      'CommandLine|contains|all: x',
      "'CommandLine|contains|all' asks for all of one value",
      "leave out 'all'",
    ],
    ['User: [a, null]', "null among the values of 'User'", 'give null a selection of its own'],
    [
      'CommandLine|base64offset: abc',
      "'CommandLine|base64offset' asks for a field that is part of a base64 text",
      "add 'contains' after 'base64offset'",
    ],
    [
      "CommandLine|re: '(?:a|bc){1,500}'",
      "pattern of 'CommandLine|re' is large and may be slow",
      'lower its counts ({n,m})',
    ],
    ['CommandLine|expand: x', "value 'x' has no placeholder for 'expand'", ''],
  ])('%s', (line, message, remedy) => {
    const [warning] = warningsOf(ruleText(`selection:\n  ${line}\ncondition: selection`));
    expect(warning).toContain(message);
    expect(warning).toContain(remedy);
  });
});
