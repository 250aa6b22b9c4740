import { explainTrajectory } from '../detectors/explain.ts';
import { loadDetectors } from '../detectors/load.ts';
import { readOneTrajectory } from '../pipeline/inspect.ts';
import { Trial } from '../pipeline/trial.ts';
import { loadPolicy } from '../policy/policy.ts';
import { specsFor } from '../trajectory/recognise.ts';
import { defineCommand, exitCode } from './command.ts';
import { matchingOptions, policyOption } from './run-options.ts';
import { printable } from './table.ts';
import { booleanValue, datasetOption, wholeNumber } from './values.ts';

export const explainCommand = defineCommand({
  usage: 'explain <file>',
  describe: "Show what a row's tool calls do, what matched, and what nearly matched and why it did not",
  options: {
    row: { describe: 'the row, counted from 0', type: 'string', placeholder: 'N', schema: wholeNumber(0) },
    near: {
      describe: 'near misses to show for each action',
      type: 'string',
      placeholder: 'N',
      schema: wholeNumber(0).default(2),
    },
    classifiers: matchingOptions.classifiers,
    policy: policyOption,
    dataset: datasetOption,
    json: { describe: 'print one JSON document on standard output', type: 'boolean', schema: booleanValue },
  },
  async run(values, { file }) {
    const [dataset] = values.dataset === undefined ? [] : specsFor(values.dataset);
    const loaded = await loadDetectors(values.classifiers);
    const trajectory = await readOneTrajectory(file as string, values.row, dataset);
    const trial = new Trial(loaded.engine, loadPolicy(values.policy));
    const { findings, decision, error } = trial.examine(trajectory);
    const events = explainTrajectory(trajectory, loaded.rules, values.near);
    const picked = [...trial.candidates(trajectory).keys()];
    if (values.json) {
      process.stdout.write(
        `${JSON.stringify({ decision, error, findings, picked, events }, undefined, 2)}\n`,
      );
      return exitCode.done;
    }
    const write = (text: string) => process.stdout.write(text);
    write(
      `verdict ${decision.verdict}, ${decision.disposition}; ${trajectory.steps.length} steps, the prefilter picks ${picked.join(', ') || 'none'}\n`,
    );
    if (error !== undefined) write(`error: ${printable(error)}\n`);
    for (const finding of findings) {
      const { rule, severity, step, call, outcome, authorisation, evidence } = finding;
      write(
        `\nstep ${step}${call === undefined ? '' : `, call ${call}`}: ${rule} (${severity}), outcome ${outcome}, ${authorisation}\n`,
      );
      write(`  ${printable(evidence)}\n`);
    }
    write('\nwhat the calls do\n');
    for (const event of events) {
      const via = event.via.length > 0 ? ` (through ${event.via.join(', ')})` : '';
      write(`  step ${event.step}: ${event.category}${via}: ${printable(event.summary)}\n`);
      for (const [name, value] of Object.entries(event.fields))
        write(`      ${name}: ${printable(String(value)).slice(0, 160)}\n`);
      for (const rule of event.matched) write(`    matches ${rule}\n`);
      for (const { rule, why } of event.near) write(`    nearly ${rule}: ${printable(why)}\n`);
    }
    return exitCode.done;
  },
});
