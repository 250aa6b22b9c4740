import { relative } from 'node:path';
import { trajectoryOf } from '../detectors/example.ts';
import { type LoadedDetectors, loadDetectors } from '../detectors/load.ts';
import { examplesOf } from '../detectors/rule-examples.ts';
import { TrajsieveError } from '../errors.ts';
import { Trial } from '../pipeline/trial.ts';
import { loadPolicy } from '../policy/policy.ts';
import { nearest } from '../suggest.ts';
import { defineCommand, exitCode } from './command.ts';
import { lintRules } from './lint.ts';
import { matchingOptions } from './run-options.ts';
import { formatTable, printable } from './table.ts';
import { booleanValue, UsageError } from './values.ts';

const actions = ['list', 'show', 'test', 'lint'] as const;

export const rulesCommand = defineCommand({
  usage: 'rules <action> [names..]',
  describe: 'List, show, test or lint rules and detectors',
  options: {
    classifiers: matchingOptions.classifiers,
    json: { describe: 'print one JSON document on standard output', type: 'boolean', schema: booleanValue },
  },
  async run(values, { action, names = [] }) {
    const name = actions.find((one) => one === action);
    if (name === undefined) throw new UsageError(`rules ${action} is unknown`, `rules ${actions.join('|')}`);
    if (name === 'lint') return await lintRules(names as string[], values.classifiers, values.json);
    // for list and test, names are folders of rules where nothing else says which
    const loaded = await loadDetectors(values.classifiers);
    if (name === 'list') return list(loaded, names as string[], values.json);
    if (name === 'show') return show(loaded, names as string[]);
    return test(loaded, names as string[], values.json);
  },
});

function list(loaded: LoadedDetectors, names: readonly string[], json: boolean): number {
  const all = [
    ...[...loaded.rules, ...loaded.correlations].map(
      ({ id, title, category, class: group, severity, source }) => {
        return {
          id,
          title,
          category,
          class: group,
          severity,
          status: source.status ?? '',
          kind: source.kind,
        };
      },
    ),
    ...loaded.detectors.map(({ meta }) => ({ ...meta, status: '', kind: 'detector' })),
  ].filter(({ category }) => names.length === 0 || names.includes(category));
  if (json) process.stdout.write(`${JSON.stringify(all, undefined, 2)}\n`);
  else {
    const rows = all.map(({ id, severity, category, title, kind }) => [
      id,
      severity,
      category,
      kind,
      printable(title),
    ]);
    process.stdout.write(formatTable([['id', 'severity', 'category', 'kind', 'title'], ...rows], ''));
    process.stdout.write(`${all.length} rules and detectors\n`);
  }
  return exitCode.done;
}

function show(loaded: LoadedDetectors, names: readonly string[]): number {
  const all = [...loaded.rules, ...loaded.correlations];
  if (names.length === 0) throw new UsageError('rules show needs the id of a rule');
  for (const name of names) {
    const info = all.find(({ id, source }) => id === name || source.id === name);
    if (info === undefined) {
      const close = nearest(
        name,
        all.map(({ id }) => id),
      );
      throw new TrajsieveError('rule-missing', `rule ${JSON.stringify(name)} is not loaded`, {
        remedy: close === undefined ? 'trajsieve rules list shows all' : `did you mean ${close}?`,
      });
    }
    const text = loaded.packs
      .flatMap((pack) => pack.rules)
      .find(({ file }) => file === info.source.file)?.text;
    process.stdout.write(`# ${relative(process.cwd(), info.source.file)}\n${text?.trimEnd()}\n`);
  }
  return exitCode.done;
}

/** An example that did not do as it should. */
interface Failure {
  readonly rule: string;
  readonly file: string;
  readonly expected: 'match' | 'ignore';
  readonly example: unknown;
  readonly reason: string;
}

/** Runs every example on the production path, with the prefilter and without it. */
function test(loaded: LoadedDetectors, names: readonly string[], json: boolean): number {
  const trial = new Trial(loaded.engine, loadPolicy('default'));
  const failures: Failure[] = [];
  let count = 0;
  for (const { id, file, examples } of examplesOf(loaded)) {
    if (names.length > 0 && !names.some((name) => id === name || file.includes(name))) continue;
    for (const expected of ['match', 'ignore'] as const) {
      for (const example of examples[expected]) {
        count += 1;
        const trajectory = trajectoryOf(example);
        for (const prefilter of [true, false]) {
          const { findings, error } = trial.examine(trajectory, { prefilter });
          const fires = findings.some((finding) => finding.rule === id);
          const where = prefilter ? '' : ' without the prefilter';
          const reason =
            error ??
            (fires === (expected === 'match') ? undefined : `${fires ? 'fires' : 'does not fire'}${where}`);
          if (reason === undefined) continue;
          failures.push({ rule: id, file, expected, example, reason });
          break;
        }
      }
    }
  }
  if (json) process.stdout.write(`${JSON.stringify({ examples: count, failures }, undefined, 2)}\n`);
  else {
    for (const { rule, file, example, reason } of failures) {
      const text = typeof example === 'string' ? example : JSON.stringify(example);
      process.stdout.write(`${relative(process.cwd(), file)}: ${rule} ${reason}: ${printable(text)}\n`);
    }
    process.stdout.write(`${count} examples, ${failures.length} failures\n`);
  }
  if (count === 0) throw new TrajsieveError('examples-none', 'no rule has an example');
  return failures.length === 0 ? exitCode.done : exitCode.error;
}
