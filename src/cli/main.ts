#!/usr/bin/env node
import yargs, { type Argv } from 'yargs';
import { hideBin } from 'yargs/helpers';
import { messageOf, TrajsieveError } from '../errors.ts';
import { version } from '../version.ts';
import { auditCommand } from './audit.ts';
import { type Command, exitCode } from './command.ts';
import { composeCommand } from './compose.ts';
import { correlateCommand } from './correlate.ts';
import { diffCommand } from './diff.ts';
import { evaluateCommand } from './evaluate.ts';
import { explainCommand } from './explain.ts';
import { inspectCommand } from './inspect.ts';
import { policyCommand } from './policy.ts';
import { reportCommand } from './report.ts';
import { rulesCommand } from './rules.ts';
import { runCommand } from './run.ts';
import { scanCommand } from './scan.ts';
import { resolveValues, UsageError } from './values.ts';
import { verifyCommand } from './verify.ts';

const commands: readonly Command[] = [
  runCommand,
  scanCommand,
  composeCommand,
  inspectCommand,
  verifyCommand,
  rulesCommand,
  policyCommand,
  explainCommand,
  evaluateCommand,
  reportCommand,
  diffCommand,
  auditCommand,
  correlateCommand,
];

/** Runs the command line; resolves to the exit code. */
async function main(words: readonly string[]): Promise<number> {
  let code: number = exitCode.done;
  let parser: Argv = yargs([...words])
    .scriptName('trajsieve')
    .usage('$0 <command> [options]\n\nA safety filter for agent training data.')
    .version(version)
    .option('config', { type: 'string', describe: 'YAML file with values for options', global: true })
    .strict()
    .demandCommand(1, 'name a command')
    .recommendCommands()
    .wrap(Math.min(110, process.stdout.columns ?? 100))
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new UsageError(message, 'trajsieve --help lists commands and options');
    });
  for (const command of commands) {
    parser = parser.command(
      command.usage,
      command.describe,
      (builder) => describeOptions(builder, command),
      async (parsed) => {
        const values = resolveValues(
          command.options,
          parsed,
          process.env,
          parsed['config'] as string | undefined,
        );
        code = await command.run(values, parsed as Record<string, string>);
      },
    );
  }
  await parser.parseAsync();
  return code;
}

function describeOptions(builder: Argv, command: Command): Argv {
  let described = builder;
  for (const [name, option] of Object.entries(command.options)) {
    const { describe, type, alias, placeholder } = option;
    described = described.option(name, {
      describe: placeholder === undefined ? describe : `${describe} [${placeholder}]`,
      ...(type === 'array' ? { type: 'string' as const, array: true as const } : { type }),
      ...(alias === undefined ? {} : { alias }),
    });
  }
  return described;
}

function explain(error: unknown): string {
  return error instanceof TrajsieveError ? error.describe() : messageOf(error);
}

/** 2 for a mistake in the call, 75 for a network that is down, 1 for all else. */
function codeOf(error: unknown): number {
  if (error instanceof UsageError) return exitCode.usage;
  const isDown = error instanceof TrajsieveError && error.code === 'remote-unreachable';
  return isDown ? exitCode.retry : exitCode.error;
}

try {
  process.exitCode = await main(hideBin(process.argv));
} catch (error) {
  process.stderr.write(`error: ${explain(error)}\n`);
  if (!(error instanceof TrajsieveError) && process.env['TRAJSIEVE_DEBUG'] !== undefined)
    console.error(error);
  process.exitCode = codeOf(error);
}
