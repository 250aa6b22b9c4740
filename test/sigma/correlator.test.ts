import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CorrelationHit,
  Correlator,
  type FieldValue,
  loadSigma,
  RuleSet,
  type SigmaEvent,
} from '../../src/sigma/index.ts';
import { options, process } from './support.ts';

/** Rules `a` to `d` that match commands holding their letter, and a correlation of them. */
function load(...correlations: string[]) {
  const rules = [...'abcd'].map((letter) => {
    return `title: Rule ${letter}\nname: ${letter}\nlogsource:\n  category: process_creation\ndetection:\n  sel:\n    CommandLine|contains: ${letter}\n  condition: sel\n`;
  });
  const texts = correlations.map((lines, index) => {
    const [name = `c${index}`] = /^name: (.*)$/m.exec(lines)?.slice(1) ?? [];
    const body = lines.replace(/^name: .*\n/m, '').replace(/^/gm, '  ');
    return `title: Correlation ${name}\nname: ${name}\ncorrelation:\n${body}\n`;
  });
  return loadSigma([{ file: 'test.yml', text: [...rules, ...texts].join('---\n') }], options);
}

interface Run {
  readonly hits: CorrelationHit[];
  /** each hit as its name and the steps of its events */
  readonly short: string[];
  readonly lost: number;
}

function run(correlations: string[], events: SigmaEvent[], stepMilliseconds?: number): Run {
  const loaded = load(...correlations);
  const rules = new RuleSet(loaded.rules);
  const correlator = new Correlator(
    loaded.correlations,
    stepMilliseconds === undefined ? {} : { stepMilliseconds },
  );
  const hits = events.flatMap((event) =>
    rules.match(event).flatMap(({ rule }) => correlator.feed(rule, event)),
  );
  hits.push(...correlator.finish());
  const short = hits.map(
    ({ correlation, events }) => `${correlation.name}: ${events.map(({ event }) => event.step)}`,
  );
  return { hits, short, lost: correlator.lost };
}

/** Events one step apart, each given by its command and perhaps its user. */
function steps(...commands: (string | [string, Record<string, FieldValue>])[]): SigmaEvent[] {
  return commands.map((command, index) => {
    const [CommandLine, fields] = typeof command === 'string' ? [command, {}] : command;
    return process({ CommandLine, ...fields }, index + 1);
  });
}

describe('event_count', () => {
  const three = 'type: event_count\nrules: a\ntimespan: 4m\ncondition:\n  gte: 3';

  it('counts within the timespan, and begins anew after a hit', () => {
    expect(run([three], steps('a', 'a', 'x', 'a', 'a', 'a', 'x', 'a')).short).toEqual([
      'c0: 1,2,4',
      'c0: 5,6,8',
    ]);
  });

  it('forgets what is too long ago', () => {
    // five steps from the first to the last, one more than 4m
    expect(run([three], steps('a', 'x', 'x', 'a', 'x', 'a')).short).toEqual([]);
    expect(run([three], steps('a', 'x', 'x', 'a', 'a')).short).toEqual(['c0: 1,4,5']);
  });

  it('counts events of any of several rules, each match for itself', () => {
    const any = 'type: event_count\nrules: [a, b]\ntimespan: 1h\ncondition:\n  gt: 2';
    expect(run([any], steps('a', 'b', 'ab')).short).toEqual(['c0: 1,2,3']);
  });

  it('counts each group for itself, events without the field as one', () => {
    const grouped = 'type: event_count\nrules: [a]\ngroup-by: [User]\ntimespan: 1h\ncondition:\n  gte: 2';
    const { hits } = run(
      [grouped],
      steps(['a', { User: 'x' }], ['a', { User: 'y' }], 'a', ['a', { User: 'x' }], ['a', { User: null }]),
    );
    expect(hits.map(({ group, figure }) => [group, figure])).toEqual([
      [{ User: 'x' }, 2],
      [{ User: null }, 2],
    ]);
  });

  it('judges what more events could spoil when the timespan is over', () => {
    const few = 'type: event_count\nrules: [a]\ntimespan: 2m\ncondition:\n  lt: 3';
    expect(run([few], steps('a', 'a', 'a', 'x', 'x', 'a', 'a')).short).toEqual(['c0: 6,7']);
    const exactly = 'type: event_count\nrules: [a]\ntimespan: 2m\ncondition:\n  eq: 2';
    expect(run([exactly], steps('a', 'a', 'a', 'a', 'x', 'a')).short).toEqual(['c0: 4,6']);
    const range = 'type: event_count\nrules: [a]\ntimespan: 1h\ncondition:\n  gt: 1\n  lte: 3';
    expect(run([range], steps('a', 'a', 'a')).short).toEqual(['c0: 1,2,3']);
    expect(run([range], steps('a', 'a', 'a', 'a')).short).toEqual([]);
    const not = 'type: event_count\nrules: [a]\ntimespan: 1h\ncondition:\n  neq: 2';
    expect(run([not], steps('a', 'a')).short).toEqual([]);
    expect(run([not], steps('a')).short).toEqual(['c0: 1']);
  });

  it('reports such a timespan before what comes after it', () => {
    const few = 'name: few\ntype: event_count\nrules: [a]\ntimespan: 1m\ncondition:\n  lte: 1';
    const many = 'name: many\ntype: event_count\nrules: [b]\ntimespan: 1h\ncondition:\n  gte: 1';
    expect(run([few, many], steps('a', 'x', 'x', 'b')).short).toEqual(['few: 1', 'many: 4']);
  });
});

describe('value_count and figures', () => {
  const user = (User: FieldValue): [string, Record<string, FieldValue>] => ['a', { User }];
  const logon = (LogonId: FieldValue): [string, Record<string, FieldValue>] => ['a', { LogonId }];

  it('counts different values, and none where there is none', () => {
    const three = 'type: value_count\nrules: [a]\ntimespan: 1h\ncondition:\n  field: User\n  gte: 3';
    expect(run([three], steps(user('x'), user('x'), user('y'), 'a', user(null), user('z'))).short).toEqual([
      'c0: 2,3,6',
    ]);
  });

  it('counts combinations of several fields', () => {
    const pairs =
      'type: value_count\nrules: [a]\ntimespan: 1h\ncondition:\n  field: [User, LogonId]\n  gte: 2';
    const both = (User: string, LogonId: number): [string, Record<string, FieldValue>] => [
      'a',
      { User, LogonId },
    ];
    expect(run([pairs], steps(both('x', 1), both('x', 1))).hits).toEqual([]);
    expect(run([pairs], steps(both('x', 1), both('x', 2))).hits).toHaveLength(1);
  });

  it.each([
    ['value_sum', 'gt: 9', [4, '5', 1], 10],
    ['value_avg', 'gte: 4', [1, 2, 10], 13 / 3],
    ['value_min', 'gte: 3', [3], 3],
    ['value_max', 'gt: 6', [1, 7], 7],
    ['value_median', 'gte: 3', [1, 2, 4, 9], 3],
    ['value_percentile', 'percentile: 75\n  gte: 3', [1, 2, 3, 9], 3],
  ])('%s', (type, bound, numbers, figure) => {
    const text = `type: ${type}\nrules: [a]\ntimespan: 1h\ncondition:\n  field: LogonId\n  ${bound}`;
    const { hits } = run([text], steps(...numbers.map(logon), logon('none')));
    expect(hits[0]?.figure).toBe(figure);
  });
});

describe('temporal', () => {
  const both = 'type: temporal\nrules: [a, b]\ntimespan: 3m';

  it('asks for all rules within the timespan, in any order', () => {
    expect(run([both], steps('b', 'x', 'a')).short).toEqual(['c0: 1,3']);
    expect(run([both], steps('b', 'x', 'x', 'x', 'a')).short).toEqual([]);
    expect(run([both], steps('ab')).short).toEqual(['c0: 1,1']);
    expect(run([both], steps('a', 'a', 'a')).short).toEqual([]);
  });

  it('asks for as many rules as the condition says', () => {
    const two = 'type: temporal\nrules: [a, b, c]\ntimespan: 1h\ncondition:\n  gte: 2';
    expect(run([two], steps('c', 'c', 'a')).short).toEqual(['c0: 2,3']);
  });

  it('takes an expression, whatever the case of its words', () => {
    const either = 'type: temporal\nrules: [a, b, c]\ntimespan: 1h\ncondition: a AND (b or c)';
    expect(run([either], steps('c', 'b', 'a')).short).toEqual(['c0: 1,2,3']);
    const implied = 'type: temporal\ntimespan: 1h\ncondition: a and b';
    expect(run([implied], steps('b', 'a')).short).toEqual(['c0: 1,2']);
  });

  it('judges absence when the timespan is over', () => {
    const without = 'type: temporal\nrules: [a, b]\ntimespan: 2m\ncondition: a and not b';
    expect(run([without], steps('a', 'x', 'b')).short).toEqual([]);
    expect(run([without], steps('a', 'x', 'x', 'b')).short).toEqual(['c0: 1']);
    expect(run([without], steps('a')).short).toEqual(['c0: 1']);
  });
});

describe('temporal_ordered', () => {
  const ordered = 'type: temporal_ordered\nrules: [a, b, c]\ntimespan: 5m';

  it('asks for the order of the rules', () => {
    expect(run([ordered], steps('a', 'b', 'c')).short).toEqual(['c0: 1,2,3']);
    expect(run([ordered], steps('b', 'a', 'c')).short).toEqual([]);
    expect(run([ordered], steps('a', 'c', 'b', 'c')).short).toEqual(['c0: 1,3,4']);
  });

  it('does not let one event follow itself', () => {
    expect(run([ordered], steps('ab', 'c')).short).toEqual([]);
    expect(run([ordered], steps('ab', 'abc', 'c')).short).toEqual(['c0: 1,2,3']);
  });

  it('prefers the run that began last, so that the timespan suffices', () => {
    expect(run([ordered], steps('a', 'x', 'x', 'a', 'b', 'x', 'x', 'c')).short).toEqual(['c0: 4,5,8']);
  });

  it('takes an expression in the order of its names', () => {
    const either = 'type: temporal_ordered\nrules: [a, b, c]\ntimespan: 1h\ncondition: (a or b) and c';
    expect(run([either], steps('c', 'b', 'c')).short).toEqual(['c0: 2,3']);
    const without = 'type: temporal_ordered\nrules: [a, b, c]\ntimespan: 1h\ncondition: a and b and not c';
    expect(run([without], steps('a', 'b')).short).toEqual(['c0: 1,2']);
    expect(run([without], steps('c', 'a', 'b')).short).toEqual([]);
    expect(run([without], steps('b', 'a')).short).toEqual([]);
  });

  it('finds a run wherever there is one', () => {
    const command = fc.constantFrom('a', 'b', 'c', 'd', 'ab', 'bc', 'ca', 'abc', 'x');
    fc.assert(
      fc.property(
        fc.array(command, { maxLength: 14 }),
        fc.integer({ min: 2, max: 9 }),
        (commands, minutes) => {
          const rules = 'type: temporal_ordered\nrules: [a, b, c]\ntimespan: ';
          const found = run([`${rules}${minutes}m`], steps(...commands)).hits;
          // every hit uses events after the one before, so the events since then are all that a run may use
          let since = 0;
          const expected: number[] = [];
          for (let now = 0; now < commands.length; now++) {
            if (!hasRun(commands, since, now, minutes)) continue;
            expected.push(now + 1);
            since = now + 1;
          }
          expect(found.map(({ events }) => events.at(-1)!.event.step)).toEqual(expected);
        },
      ),
      { numRuns: 400 },
    );
  });
});

describe('temporal_ordered with a count', () => {
  it('finds as many rules in order as there are', () => {
    const command = fc.constantFrom('a', 'b', 'c', 'd', 'ab', 'bd', 'ca', 'x', 'x');
    fc.assert(
      fc.property(
        fc.array(command, { maxLength: 12 }),
        fc.integer({ min: 2, max: 6 }),
        (commands, minutes) => {
          const rules = `type: temporal_ordered\nrules: [a, b, c, d]\ntimespan: ${minutes}m\ncondition:\n  gte: 3`;
          const found = run([rules], steps(...commands)).hits;
          let since = 0;
          const expected: number[] = [];
          for (let now = 0; now < commands.length; now++) {
            if (longestRun(commands.slice(Math.max(since, now - minutes), now + 1)) < 3) continue;
            expected.push(now + 1);
            since = now + 1;
          }
          expect(found.map(({ events }) => events.at(-1)!.event.step)).toEqual(expected);
        },
      ),
      { numRuns: 600 },
    );
  });
});

/** How many of a, b, c and d come one after another at most. */
function longestRun(commands: string[], from = 0, after = ''): number {
  let longest = 0;
  for (let at = from; at < commands.length; at++) {
    for (const letter of 'abcd') {
      if (letter <= after || !commands[at]!.includes(letter)) continue;
      longest = Math.max(longest, 1 + longestRun(commands, at + 1, letter));
    }
  }
  return longest;
}

/** Whether a, b and c come one after another, the last at `now`, all within the minutes (steps) before it. */
function hasRun(commands: string[], since: number, now: number, minutes: number): boolean {
  const first = Math.max(since, now - minutes);
  for (let a = first; a < now; a++) {
    for (let b = a + 1; b < now; b++) {
      if (commands[a]!.includes('a') && commands[b]!.includes('b') && commands[now]!.includes('c'))
        return true;
    }
  }
  return false;
}

describe('groups and aliases', () => {
  it('group by fields that have other names in other rules', () => {
    const aliased =
      'type: temporal\nrules: [a, b]\ntimespan: 1h\ngroup-by: [program]\naliases:\n  program:\n    a: Image\n    b: ParentImage';
    const events = (parent: string) =>
      steps(['a', { Image: '/x' }], ['b', { Image: '/y', ParentImage: parent }]);
    expect(run([aliased], events('/x')).hits[0]?.group).toEqual({ program: '/x' });
    expect(run([aliased], events('/z')).hits).toEqual([]);
  });
});

describe('correlations of correlations', () => {
  const many =
    'name: many\ntype: event_count\nrules: [a]\ngroup-by: [User]\ntimespan: 1h\ncondition:\n  gte: 2';
  const then =
    'name: then\ntype: temporal_ordered\nrules: [many, b]\ngroup-by: [CurrentDirectory]\ntimespan: 1h';

  it('a hit counts as an event, with the fields of its last', () => {
    const at = (command: string, User: string): [string, Record<string, FieldValue>] => {
      return [command, { User, CurrentDirectory: '/tmp' }];
    };
    // defined before what it refers to
    const { short } = run([then, many], steps(at('a', 'x'), at('a', 'y'), at('a', 'x'), at('b', 'z')));
    expect(short).toEqual(['many: 1,3', 'then: 1,3,4']);
  });

  it('may be judged late', () => {
    const lonely = 'name: lonely\ntype: temporal\nrules: [a, b]\ntimespan: 1m\ncondition: a and not b';
    const after = 'name: after\ntype: temporal_ordered\nrules: [lonely, c]\ntimespan: 1h';
    expect(run([lonely, after], steps('a', 'x', 'x', 'c')).short).toEqual(['lonely: 1', 'after: 1,4']);
    expect(run([lonely, after], steps('a', 'b', 'x', 'c')).short).toEqual([]);
  });
});

describe('time', () => {
  const both = 'type: temporal\nrules: [a, b]\ntimespan: 10s';
  const minute = 60_000;
  const at = (CommandLine: string, step: number, time?: number) => process({ CommandLine }, step, time);

  it('counts where both events have one, whatever the steps', () => {
    expect(run([both], [at('a', 1, 0), at('b', 90, 10_000)]).hits).toHaveLength(1);
    expect(run([both], [at('a', 1, 0), at('b', 2, 10_001)]).hits).toEqual([]);
  });

  it('is counted in steps where one has none', () => {
    expect(run([both], [at('a', 1, 0), at('b', 2)]).hits).toEqual([]);
    expect(run([both], [at('a', 1), at('b', 3, 0)], 5000).hits).toHaveLength(1);
    expect(run([both], [at('a', 1), at('b', 2)], minute).hits).toEqual([]);
  });

  it('may be given in steps, which then count alone', () => {
    const near = 'type: temporal\nrules: [a, b]\ntimespan: 2 steps';
    expect(run([near], [at('a', 1, 0), at('b', 3, 1e12)]).hits).toHaveLength(1);
    expect(run([near], [at('a', 1, 0), at('b', 4, 1)]).hits).toEqual([]);
  });

  it('that runs backwards is still a distance', () => {
    expect(run([both], [at('a', 1, 100_000), at('b', 2, 0)]).hits).toEqual([]);
    expect(run([both], [at('a', 1, 5000), at('b', 2, 0)]).hits).toHaveLength(1);
    // 92 is near 100 and 101, and no longer near 103, though the older 100 still is
    const four = 'type: event_count\nrules: [a]\ntimespan: 10s\ncondition:\n  gte: 4';
    const events = [100, 92, 101, 103].map((time, index) => at('a', index + 1, time * 1000));
    expect(run([four], events).short).toEqual([]);
  });
});

describe('bounds', () => {
  it('a threshold as large as is kept can be met', () => {
    const loaded = load('type: event_count\nrules: [a]\ntimespan: 1d\ncondition:\n  gte: 10000');
    const [rule] = loaded.rules;
    const correlator = new Correlator(loaded.correlations, { stepMilliseconds: 1 });
    let hits = 0;
    for (let step = 0; step < 10_000; step++) hits += correlator.feed(rule!, process({}, step)).length;
    expect([hits, correlator.lost]).toEqual([1, 0]);
  });

  it('more groups than are followed are counted as lost', () => {
    const loaded = load(
      'type: event_count\nrules: [a]\ngroup-by: [User]\ntimespan: 1d\ncondition:\n  gte: 2',
    );
    const [rule] = loaded.rules;
    const correlator = new Correlator(loaded.correlations);
    for (let user = 0; user < 10_003; user++) correlator.feed(rule!, process({ User: `u${user}` }, 1));
    expect(correlator.lost).toBe(3);
  });

  it('finish makes it ready for another trajectory', () => {
    const loaded = load('type: event_count\nrules: [a]\ntimespan: 1d\ncondition:\n  gte: 2');
    const correlator = new Correlator(loaded.correlations);
    const feed = () => correlator.feed(loaded.rules[0]!, process({}));
    expect([feed(), correlator.finish(), feed()]).toEqual([[], [], []]);
  });
});
