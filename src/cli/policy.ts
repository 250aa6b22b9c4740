import { z } from 'zod';
import { loadDetectors } from '../detectors/load.ts';
import { activeRules } from '../output/active-rules.ts';
import { loadPolicy, policyFile, readPolicy, readyPolicies } from '../policy/policy.ts';
import { wordsOf } from '../policy/words.ts';
import { defineCommand, exitCode } from './command.ts';
import { matchingOptions } from './run-options.ts';
import { formatTable, printable } from './table.ts';
import { booleanValue, UsageError } from './values.ts';

const actions = ['list', 'show', 'check'] as const;

export const policyCommand = defineCommand({
  usage: 'policy <action> [policy]',
  describe: 'Look at what findings lead to: list and show the ready policies, check one of your own',
  options: {
    classifiers: matchingOptions.classifiers,
    json: { describe: 'print one JSON document on standard output', type: 'boolean', schema: booleanValue },
  },
  async run({ classifiers, json }, { action, policy: name }) {
    const parsed = z.enum(actions).safeParse(action);
    if (!parsed.success)
      throw new UsageError(`policy ${String(action)} is no action`, `one of ${actions.join(', ')}`);
    if (parsed.data === 'list') {
      const all = readyPolicies().map((ready) => loadPolicy(ready));
      if (json) process.stdout.write(`${JSON.stringify(all, undefined, 2)}\n`);
      else
        process.stdout.write(
          formatTable(
            all.map((one) => [one.name, one.title]),
            '',
          ),
        );
      return exitCode.done;
    }
    if (typeof name !== 'string') throw new UsageError(`policy ${parsed.data} needs a name or a file`);
    const words = wordsOf(activeRules(await loadDetectors(classifiers)));
    const policy = loadPolicy(name, words);
    if (json) process.stdout.write(`${JSON.stringify(policy, undefined, 2)}\n`);
    else if (parsed.data === 'show') process.stdout.write(readPolicy(name));
    else {
      const lines = policy.findings.length;
      process.stdout.write(
        `${printable(policyFile(name))} is a policy: ${printable(policy.name)}, ${lines} lines\n`,
      );
    }
    return exitCode.done;
  },
});
