import { withLocalRun } from '../pipeline/store.ts';
import { verifyRun } from '../pipeline/verify.ts';
import { defineCommand, exitCode } from './command.ts';
import { count } from './progress.ts';
import { booleanValue } from './values.ts';

export const verifyCommand = defineCommand({
  usage: 'verify <dir>',
  describe: 'Prove the account of a run: every row in exactly one place, every file as recorded',
  options: {
    json: { describe: 'print one JSON document on standard output', type: 'boolean', schema: booleanValue },
  },
  async run(values, { dir }) {
    const result = await withLocalRun(dir as string, verifyRun);
    if (values.json) {
      process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
    } else {
      for (const fault of result.faults) process.stdout.write(`fault: ${fault}\n`);
      const { rows, files } = result;
      const changed = rows.edited > 0 ? ` (${count(rows.edited)} of them changed)` : '';
      process.stdout.write(
        `${result.faults.length === 0 ? 'verified' : 'not verified'}: ${count(rows.in)} rows in = ${count(rows.kept)} kept${changed} + ` +
          `${count(rows.negative)} negative + ` +
          `${count(rows.dropped)} dropped + ${count(rows.quarantined)} quarantined + ${count(rows.unreadable)} unreadable; ` +
          `${count(files)} files\n`,
      );
    }
    return result.faults.length === 0 ? exitCode.done : exitCode.error;
  },
});
