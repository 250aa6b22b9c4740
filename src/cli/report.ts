import { writeDataCard } from '../output/card/write.ts';
import { alarmLevels } from '../output/report/alarms.ts';
import { writeReports } from '../output/report/write.ts';
import { nameIn, withLocalRun, withoutRows } from '../pipeline/store.ts';
import { defineCommand, exitCode } from './command.ts';
import { count } from './progress.ts';
import { booleanValue, share } from './values.ts';

export const reportCommand = defineCommand({
  usage: 'report <dir>',
  describe: 'Write the report and the data card of a finished run again',
  options: {
    alarm: {
      describe: 'share of a slice that one rule may take without an alarm',
      type: 'string',
      placeholder: 'SHARE',
      schema: share.default(alarmLevels.share),
    },
    json: { describe: 'print one JSON document on standard output', type: 'boolean', schema: booleanValue },
  },
  async run(values, { dir }) {
    const write = async (folder: string) => {
      const made = await writeReports(folder, { alarms: { ...alarmLevels, share: values.alarm } });
      await writeDataCard(folder);
      return made;
    };
    const { listed, ...model } = await withLocalRun(dir as string, write, {
      needs: withoutRows,
      brings: true,
    });
    if (values.json) process.stdout.write(`${JSON.stringify(model, undefined, 2)}\n`);
    else {
      process.stdout.write(
        `${nameIn(dir as string, 'report.html')}: ${count(model.findings)} findings, ${count(model.alarms.length)} alarms\n`,
      );
    }
    return exitCode.done;
  },
});
