import { cpuUsage } from 'node:process';
import { describe, expect, it } from 'vitest';
import { loadSigma, RuleSet, readSigma, SigmaRulesError } from '../../src/sigma/index.ts';
import { errorsOf, options, process, ruleText, taxonomy, warningsOf } from './support.ts';

const id = '3f1c1b4e-6d0e-4a53-9a4e-0d5e3a1f7b21';
const body =
  'logsource:\n  category: process_creation\n  product: linux\ndetection:\n  sel:\n    User: root\n  condition: sel\n';

describe('a file whose patterns were checked before', () => {
  const text = ruleText("sel:\n  CommandLine|re: 'a(b'\ncondition: sel");

  it('is loaded without compiling them; matching still does', () => {
    const { rules } = loadSigma([{ file: 'a.yml', text, trusted: true }], options);
    expect(() => rules[0]!.matches(process({ CommandLine: 'ab' }))).toThrow();
  });

  it('leaves the files behind it as they are: their patterns are checked', () => {
    const { errors } = readSigma(
      [
        { file: 'a.yml', text, trusted: true },
        { file: 'b.yml', text },
      ],
      options,
    );
    expect(errors.map(({ where }) => where.file)).toEqual(['b.yml']);
  });
});

describe('attributes', () => {
  it.each([
    [body, "attribute 'title' is missing (test.yml:1)"],
    [`title:\n${body}`, "attribute 'title' is missing (test.yml:1)"],
    [`title: T\nid: 12\n${body}`, "id '12' is not a UUID (test.yml:2, rule T (12))"],
    [
      `title: T\nid: ${id}\nlevel: hihg\n${body}`,
      `unknown level 'hihg' (test.yml:3, rule T (${id})); did you mean 'high'?`,
    ],
    [
      `title: T\nlevel: severe\n${body}`,
      "unknown level 'severe' (test.yml:2, rule T); one of informational, low, medium, high, critical",
    ],
    [
      `title: T\nstatus: expermental\n${body}`,
      "unknown status 'expermental' (test.yml:2, rule T); did you mean 'experimental'?",
    ],
    [`title: T\nstatus: [test]\n${body}`, 'status must be a text, found a list (test.yml:2, rule T)'],
    [
      `title: T\nlevels: high\n${body}`,
      "unknown attribute 'levels' (test.yml:2, rule T); did you mean 'level'?",
    ],
    [
      `title: T\n${body.replace('detection', 'detetcion')}`,
      "unknown attribute 'detetcion' (test.yml:5, rule T); did you mean 'detection'?",
    ],
    [
      `title: T\nlogsource:\n  catgory: x\n  product: linux\n`,
      "unknown attribute 'catgory' of logsource (test.yml:3, rule T); did you mean 'category'?",
    ],
    [`title: T\nlogsource: linux\n`, "logsource must be a map, found 'linux' (test.yml:2, rule T)"],
    [
      `title: T\nlogsource:\n  definition: x\n`,
      'logsource names no category, product or service (test.yml:2, rule T)',
    ],
    [
      `title: T\ndetection:\n  sel:\n    User: x\n  condition: sel\n`,
      "attribute 'logsource' is missing (test.yml:1, rule T)",
    ],
    [
      `title: T\nlogsource:\n  category: process_creation\n`,
      "attribute 'detection' is missing (test.yml:1, rule T)",
    ],
    [
      `title: T\nlogsource:\n  category: process_creation\ndetection: x\n`,
      "detection must be a map, found 'x' (test.yml:4, rule T)",
    ],
    [
      `title: T\nlogsource:\n  category: process_creation\ndetection:\n  sel:\n    User: x\n`,
      "attribute 'condition' of detection is missing (test.yml:4, rule T)",
    ],
    [
      `title: T\nlogsource:\n  category: process_creation\ndetection:\n  condition: sel\n`,
      'detection has no selections (test.yml:4, rule T)',
    ],
    [`title: T\ntags: {a: b}\n${body}`, 'tags must hold texts, found a map (test.yml:2, rule T)'],
    [
      `title: T\n${body.replace('User', 'Usr')}`,
      "unknown field 'Usr' of process_creation (test.yml:7, rule T); did you mean 'User'?",
    ],
    [
      `title: T\n${body.replace('User', 'Registry')}`,
      "unknown field 'Registry' of process_creation (test.yml:7, rule T); process_creation has Image, CommandLine, ParentImage, ParentCommandLine, CurrentDirectory, User, LogonId",
    ],
    [
      `title: T\n${body.replace('_creation', '_craetion')}`,
      "unknown category 'process_craetion' (test.yml:2, rule T); did you mean 'process_creation'?",
    ],
    [
      `title: T\n${body.replace('linux', 'Linux')}`,
      "unknown product 'Linux' (test.yml:2, rule T); did you mean 'linux'?",
    ],
    [
      `title: T\n${body}correlation: {}\n`,
      "document is both a correlation and a detection (test.yml:1); separate documents with '---'",
    ],
    ['action: global\ntitle: T\n', "'action: global' is Sigma v1 (test.yml:1); write each rule in full"],
    ['- a\n- b\n', 'rule expected, found a list (test.yml:1)'],
  ])('%j', (text, message) => {
    expect(errorsOf(text)).toContain(message);
  });

  it.each([
    [`title: T\n${body}title: U\n`, 'invalid YAML: Map keys must be unique (test.yml:9)'],
    ['title: "T\n', 'invalid YAML: Missing closing "quote (test.yml:2)'],
    [`title: T\nx: *gone\n${body}`, /^invalid YAML: (?:Unresolved alias|alias '\*gone' has no anchor)/],
  ])('what is not YAML: %j', (text, message) => {
    const [error] = errorsOf(text);
    if (typeof message === 'string') expect(error).toBe(message);
    else expect(error).toMatch(message);
  });

  it('aliases that multiply are stopped', () => {
    const levels = Array.from({ length: 12 }, (_, level) => {
      return `a${level}: &a${level} [${
        level === 0
          ? 'x'
          : Array(9)
              .fill(`*a${level - 1}`)
              .join(', ')
      }]`;
    });
    const start = cpuUsage();
    expect(errorsOf(`title: T\n${levels.join('\n')}\n${body}`)[0]).toContain(
      'document of more than 100000 pieces',
    );
    expect(cpuUsage(start).user).toBeLessThan(5e6);
  });

  it('what nests too deeply is an error, not a crash', () => {
    const nested = (depth: number) => `title: T\nx: ${'['.repeat(depth)}${']'.repeat(depth)}\n${body}`;
    expect(errorsOf(nested(99))).toEqual([]);
    expect(errorsOf(nested(150))[0]).toBe(
      'invalid YAML: more than 100 pieces within each other (test.yml:2)',
    );
    expect(errorsOf(nested(50_000))[0]).toContain('invalid YAML');
    expect(errorsOf(`title: T\nx: &x [*x]\n${body}`)[0]).toContain('more than 100 pieces within each other');
    const pattern = `${'('.repeat(5000)}a${')'.repeat(5000)}`;
    expect(errorsOf(ruleText(`sel:\n  User|re: '${pattern}'\ncondition: sel`))[0]).toContain('nest');
  });

  it('anchors and aliases are resolved', () => {
    const text = `title: T\nlogsource:\n  category: process_creation\ndetection:\n  sel:\n    User: &users [root, admin]\n  other:\n    LogonId: *users\n  condition: sel or other\n`;
    const [rule] = loadSigma([{ file: 'test.yml', text }], options).rules;
    expect(rule!.matches(process({ LogonId: 'admin' }))).toBe(true);
  });

  it('slips that change nothing are warnings', () => {
    const head = `title: T\nscore: 7\ndate: 2026/01/05\ntags: [attack.t1059, Attack.X]\nrelated:\n  - id: ${id}\n    type: derved\n`;
    expect(warningsOf(head + body)).toEqual([
      "attribute 'score' is not of the specification (test.yml:2, rule T); did you mean 'scope'?",
      "date '2026/01/05' is not YYYY-MM-DD (test.yml:3, rule T)",
      "tag 'Attack.X' is not namespace.name (test.yml:4, rule T)",
      "unknown relation 'derved' (test.yml:7, rule T); did you mean 'derived'?",
    ]);
  });

  it('attributes of our own are handed on, with their lines', () => {
    const text = `title: T\nclass: safety\nexamples:\n  match:\n    - one\n    - two\n${body}`;
    const [rule] = loadSigma([{ file: 'test.yml', text }], options).rules;
    expect(rule!.raw).toMatchObject({ class: 'safety', examples: { match: ['one', 'two'] } });
    expect(rule!.lineOf('examples', 'match', 1)).toBe(6);
    expect(rule!.lineOf('class')).toBe(2);
    expect(rule!.lineOf('nowhere')).toBe(1);
  });

  it('only known ones, where the caller lists them, go without a warning', () => {
    const text = `title: T\nclass: safety\nclas: x\nowner: me\n${body}`;
    const custom = { customAttributes: ['class'] };
    expect(errorsOf(text, custom)).toEqual([
      "unknown attribute 'clas' (test.yml:3, rule T); did you mean 'class'?",
    ]);
    expect(warningsOf(text, custom)).toEqual([
      "attribute 'owner' is not of the specification (test.yml:4, rule T)",
    ]);
  });

  it('ids of another form may be allowed', () => {
    const text = `title: T\nid: mining-001\n${body}`;
    expect(errorsOf(text, { idPattern: /^[a-z]+-\d{3}$/ })).toEqual([]);
    expect(errorsOf(text)).toHaveLength(1);
  });
});

describe('many files', () => {
  it('one bad rule does not hide the others: all errors are thrown together, the good ones can be had', () => {
    const texts = [
      { file: 'a.yml', text: ruleText('sel:\n  Usr: x\ncondition: sel') },
      { file: 'b.yml', text: ruleText('sel:\n  User: x\ncondition: slt') },
      { file: 'c.yml', text: ruleText('sel:\n  User: x\ncondition: sel') },
    ];
    const { rules, errors } = readSigma(texts, options);
    expect(rules.map(({ file }) => file)).toEqual(['c.yml']);
    expect(errors.map(({ code, where }) => [code, where.file])).toEqual([
      ['sigma-unknown-field', 'a.yml'],
      ['sigma-unknown-selection', 'b.yml'],
    ]);
    const thrown = (() => {
      try {
        return loadSigma(texts, options);
      } catch (error) {
        return error;
      }
    })();
    expect(thrown).toBeInstanceOf(SigmaRulesError);
    expect((thrown as SigmaRulesError).code).toBe('sigma-rules-invalid');
    expect((thrown as SigmaRulesError).errors).toHaveLength(2);
    expect((thrown as SigmaRulesError).message).toMatch(
      /^sigma rules: 2 errors\n {2}unknown field 'Usr'.*\n {2}condition/,
    );
  });

  it('several errors of one rule are all reported', () => {
    const text = `title: T\nlevel: hihg\n${ruleText('sel:\n  Usr: x\n  User|contians: y\ncondition: sel').replace(/^title.*\n/, '')}`;
    expect(errorsOf(text)).toHaveLength(3);
  });

  it('ids and names are one of a kind, over all files', () => {
    const text = `title: T\nid: ${id}\nname: n\n${body}`;
    const { rules, errors } = readSigma(
      [
        { file: 'a.yml', text },
        { file: 'b.yml', text },
      ],
      options,
    );
    expect(rules).toHaveLength(1);
    expect(errors.map((error) => error.describe())).toEqual([
      `id '${id}' is taken already by a.yml:2 (b.yml:2, rule T (${id}))`,
      `name 'n' is taken already by a.yml:3 (b.yml:3, rule T (${id}))`,
    ]);
  });

  it('several documents in one file, empty ones left out', () => {
    const text = `---\n${ruleText('sel:\n  User: x\ncondition: sel')}---\n---\n${ruleText('sel:\n  User: y\ncondition: sel')}---\n`;
    expect(loadSigma([{ file: 'test.yml', text }], options).rules).toHaveLength(2);
  });

  it('a file without rules is a warning', () => {
    expect(warningsOf('# to do\n')).toEqual(['file holds no rules (test.yml:1)']);
    expect(warningsOf('')).toHaveLength(1);
  });
});

describe('log sources', () => {
  it.each([
    [
      'product: windows, category: process_creation',
      'no process_creation events of product windows; the products here are linux',
    ],
    [
      'category: registry_set',
      'no events of category registry_set; the categories here are process_creation, file_event, network_connection, tool_call',
    ],
    [
      'product: linux, service: auditd',
      'names no category; the categories here are process_creation, file_event, network_connection, tool_call',
    ],
    [
      'product: linux, category: process_creation, service: sysmon',
      'no process_creation events of service sysmon',
    ],
    [
      'category: constructor',
      'no events of category constructor; the categories here are process_creation, file_event, network_connection, tool_call',
    ],
  ])('%s does not apply', (source, reason) => {
    // what such a rule detects is not looked into
    const text = `title: T\nlogsource: {${source}}\ndetection:\n  sel:\n    EventID: 1\n  condition: sel\n`;
    const { rules, notApplicable, errors } = readSigma([{ file: 'test.yml', text }], options);
    expect([rules.length, errors.length]).toEqual([0, 0]);
    expect(notApplicable.map((one) => [one.meta.title, one.logSource, one.reason])).toEqual([
      ['T', source, reason],
    ]);
  });

  it('a rule of another taxonomy does not apply', () => {
    const { notApplicable } = readSigma(
      [{ file: 'test.yml', text: `title: T\ntaxonomy: ecs\n${body}` }],
      options,
    );
    expect(notApplicable[0]?.reason).toBe('taxonomy ecs is not known here');
  });

  it('a rule that says it is unsupported does not apply', () => {
    const { notApplicable } = readSigma(
      [{ file: 'test.yml', text: `title: T\nstatus: unsupported\n${body}` }],
      options,
    );
    expect(notApplicable[0]?.reason).toBe('its status is unsupported');
  });

  it('services and products are what the caller says', () => {
    const text =
      'title: T\nlogsource: {product: macos, category: process_creation, service: esf}\ndetection:\n  sel:\n    User: x\n  condition: sel\n';
    const wider = {
      process_creation: { ...taxonomy['process_creation']!, products: ['macos'], services: ['esf'] },
    };
    const [rule] = loadSigma([{ file: 'test.yml', text }], { taxonomy: wider }).rules;
    expect(rule!.matches({ ...process({ User: 'x' }), product: 'macos' })).toBe(true);
    expect(rule!.matches(process({ User: 'x' }))).toBe(false);
  });
});

describe('RuleSet', () => {
  it('gives an event the rules of its category and product, in the order of loading', () => {
    const texts = ['linux', 'agent', undefined].map((product, index) => {
      const line = product === undefined ? '' : `\n  product: ${product}`;
      return {
        file: `${index}.yml`,
        text: ruleText('sel:\n  User: x\ncondition: sel').replace('_creation', `_creation${line}`),
      };
    });
    const wide = { process_creation: { ...taxonomy['process_creation']!, products: ['linux', 'agent'] } };
    const set = new RuleSet(loadSigma(texts, { taxonomy: wide }).rules);
    const files = (product: string, category = 'process_creation') => {
      return set.match({ product, category, fields: { User: 'x' }, step: 1 }).map(({ rule }) => rule.file);
    };
    expect(set.rulesFor({ category: 'process_creation', product: 'agent' })).toHaveLength(2);
    expect(files('linux')).toEqual(['0.yml', '2.yml']);
    expect(files('agent')).toEqual(['1.yml', '2.yml']);
    expect(files('linux', 'file_event')).toEqual([]);
  });

  it('leaves out rules that ask for other programs, and none that may match', () => {
    const detections = [
      'sel:\n  Image|endswith: /nc\ncondition: sel',
      'sel:\n  Image|endswith: [/nc, /Ncat]\n  User: x\ncondition: sel',
      'sel:\n  Image|endswith: nc\ncondition: sel',
      'sel:\n  Image: /usr/bin/curl\ncondition: sel',
      'sel:\n  Image|startswith: /usr/\ncondition: sel',
      'sel:\n  Image|endswith: /nc\nother:\n  User: x\ncondition: sel or other',
      'sel:\n  Image|endswith: /nc\nother:\n  User: x\ncondition: other and not sel',
    ];
    const texts = detections.map((text, index) => ({ file: `${index}`, text: ruleText(text) }));
    const { rules } = loadSigma(texts, { taxonomy });
    const set = new RuleSet(rules);
    const images = ['/usr/bin/nc', '/opt/NCAT', 'nc', 'xnc', '/usr/bin/curl', '/bin/curl', '/bin/', ''];
    for (const Image of images) {
      for (const User of ['x', 'y']) {
        const event = process({ Image, User });
        const offered = set.rulesFor(event).map(({ file }) => file);
        const matching = rules.filter((rule) => rule.matches(event)).map(({ file }) => file);
        expect(set.match(event).map(({ rule }) => rule.file)).toEqual(matching);
        expect(offered).toEqual([...offered].sort());
        expect(offered.length).toBeLessThan(rules.length + (Image.toLowerCase().endsWith('/nc') ? 1 : 0));
      }
    }
  });
});
