import { describe, expect, it } from 'vitest';
import { command, errorsOf, eventOf, process, ruleText, select } from './support.ts';

/** Which of the texts, as a command line, the selection matches. */
function matching(lines: string, texts: string[]): string[] {
  const rule = select(lines);
  return texts.filter((text) => rule.matches(command(text)));
}

describe('texts', () => {
  it('equal the whole field, whatever their case', () => {
    expect(matching('CommandLine: WhoAmI', ['whoami', 'WHOAMI', 'whoami ', 'xwhoami'])).toEqual([
      'whoami',
      'WHOAMI',
    ]);
    expect(matching('CommandLine: ЖУК', ['жук', 'Жук', 'жуки'])).toEqual(['жук', 'Жук']);
  });

  it('have wildcards, which a backslash makes plain', () => {
    expect(matching("CommandLine: 'nc -l*p ????'", ['nc -lp 4444', 'nc -lvnp 1234', 'nc -lp 80'])).toEqual([
      'nc -lp 4444',
      'nc -lvnp 1234',
    ]);
    expect(matching("CommandLine: 'rm \\*'", ['rm *', 'rm x'])).toEqual(['rm *']);
    expect(matching("CommandLine: '*\\\\*'", ['a\\b', 'ab'])).toEqual(['a\\b']);
  });

  it('are any of a list', () => {
    const many = ['one', 'two', 'three', 'four', 'five', 'SIX'];
    expect(matching(`CommandLine: [${many.join(', ')}]`, ['six', 'Two', 'seven'])).toEqual(['six', 'Two']);
  });

  it('that are empty match only an empty field', () => {
    const rule = select("CommandLine: ''");
    expect(rule.matches(command(''))).toBe(true);
    expect(rule.matches(command(' '))).toBe(false);
    expect(rule.matches(process({}))).toBe(false);
    expect(rule.matches(process({ CommandLine: null }))).toBe(false);
  });

  it('that are one star match any field that is there', () => {
    const rule = select("CommandLine: '*'");
    expect(rule.matches(command(''))).toBe(true);
    expect(rule.matches(process({ CommandLine: null }))).toBe(false);
  });
});

describe('null', () => {
  it('matches a field that is null, absent or an empty list, not an empty one', () => {
    const rule = select('User: null');
    expect(rule.matches(process({ User: null }))).toBe(true);
    expect(rule.matches(process({}))).toBe(true);
    expect(rule.matches(process({ User: [] }))).toBe(true);
    expect(rule.matches(process({ User: '' }))).toBe(false);
  });
});

describe('numbers and booleans', () => {
  const connect = (port: string | number, initiated: string | boolean = true) => {
    return eventOf('network_connection', 'linux', { DestinationPort: port, Initiated: initiated });
  };

  it('match as numbers and as texts, on either side', () => {
    for (const value of ['4444', "'4444'"]) {
      const rule = select(`DestinationPort: ${value}`, 'network_connection');
      expect(rule.matches(connect(4444))).toBe(true);
      expect(rule.matches(connect('4444'))).toBe(true);
      expect(rule.matches(connect(44440))).toBe(false);
    }
  });

  it('compare true with true and with "true"', () => {
    for (const value of ['true', "'true'", 'True']) {
      const rule = select(`Initiated: ${value}`, 'network_connection');
      expect(rule.matches(connect(1, true))).toBe(true);
      expect(rule.matches(connect(1, 'TRUE'))).toBe(true);
      expect(rule.matches(connect(1, false))).toBe(false);
    }
  });

  it('that a double cannot hold stay exact', () => {
    const rule = select('LogonId: 12345678901234567891');
    expect(rule.matches(process({ LogonId: '12345678901234567891' }))).toBe(true);
    expect(rule.matches(process({ LogonId: '12345678901234567890' }))).toBe(false);
  });
});

describe('lists in the event', () => {
  it('match where any element does', () => {
    const rule = select('User: root');
    expect(rule.matches(process({ User: ['guest', 'ROOT'] }))).toBe(true);
    expect(rule.matches(process({ User: ['guest', 7] }))).toBe(false);
  });

  it('meet `all` where each value has an element of its own', () => {
    const rule = select('User|contains|all: [ro, gu]');
    expect(rule.matches(process({ User: ['guest', 'root'] }))).toBe(true);
    expect(rule.matches(process({ User: ['guest'] }))).toBe(false);
  });
});

describe('maps, lists of maps, keywords', () => {
  it('ask for all lines of a map, and any map of a list', () => {
    const all = select("Image|endswith: /nc\nCommandLine|contains: ' -e '");
    expect(all.matches(process({ Image: '/bin/nc', CommandLine: 'nc -e sh' }))).toBe(true);
    expect(all.matches(process({ Image: '/bin/nc', CommandLine: 'nc sh' }))).toBe(false);
    const any = select("- Image|endswith: /nc\n- CommandLine|contains: ' -e '\n  User: root");
    expect(any.matches(process({ Image: '/bin/nc', CommandLine: '' }))).toBe(true);
    expect(any.matches(process({ Image: '/sh', CommandLine: 'x -e y', User: 'root' }))).toBe(true);
    expect(any.matches(process({ Image: '/sh', CommandLine: 'x -e y', User: 'me' }))).toBe(false);
  });

  it('look for keywords anywhere in any text or number, not in booleans', () => {
    const rule = select('- xmrig\n- 3333\n- s?ratum*tcp');
    expect(rule.matches(command('run XMRig now'))).toBe(true);
    expect(rule.matches(process({ Image: 'a', ParentImage: '/opt/xmrig' }))).toBe(true);
    expect(rule.matches(process({ LogonId: 13333 }))).toBe(true);
    expect(rule.matches(command('-o stratum+tcp://pool'))).toBe(true);
    expect(rule.matches(command('-o sratum+tcp://pool'))).toBe(false);
    expect(select('- true').matches(eventOf('process_creation', 'linux', { User: true }))).toBe(false);
  });

  it('ask for all keywords under |all, each in a field of its own', () => {
    const rule = select("'|all':\n  - alpha\n  - beta");
    expect(rule.matches(process({ CommandLine: 'alpha', Image: 'beta' }))).toBe(true);
    expect(rule.matches(process({ CommandLine: 'alpha', Image: 'gamma' }))).toBe(false);
  });

  it('mix keywords and maps in one list', () => {
    const rule = select('- xmrig\n- User: root');
    expect(rule.matches(command('xmrig'))).toBe(true);
    expect(rule.matches(process({ User: 'root' }))).toBe(true);
    expect(rule.matches(process({ User: 'toor' }))).toBe(false);
  });
});

describe('products and categories', () => {
  it('a rule without a product is for all of them, a rule with one for no other', () => {
    const open = select('Tool: bash', 'tool_call');
    expect(open.matches(eventOf('tool_call', 'agent', { Tool: 'bash' }))).toBe(true);
    expect(open.matches(eventOf('tool_call', 'linux', { Tool: 'bash' }))).toBe(true);
    expect(open.matches(eventOf('process_creation', 'linux', { Tool: 'bash' }))).toBe(false);
  });
});

describe('values that make no sense', () => {
  const place = /^(.*) \(test\.yml:(\d+), rule Test rule \d+\)(.*)$/;
  it.each([
    ['CommandLine: []', "'CommandLine' has an empty list of values", 5],
    ['CommandLine:\n  a: b', "value of 'CommandLine' must be a text or number, found a map", 6],
    ['CommandLine:\n  - x\n  - [y]', "value of 'CommandLine' must be a text or number, found a list", 7],
    ['- null', 'null without a field', 5],
    ["- ''", 'empty keyword', 5],
    ['{}', "selection 'selection' is empty", 4],
    ['[]', "selection 'selection' is empty", 4],
  ])('%j', (lines, message, line) => {
    const detection = `selection:\n${lines.replace(/^/gm, '  ')}\ncondition: selection`;
    const [error] = errorsOf(ruleText(detection));
    const [, text, at] = place.exec(error ?? '') ?? [];
    expect([text, Number(at)]).toEqual([message, line + 1]);
  });
});
