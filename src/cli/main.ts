#!/usr/bin/env node
import yargs, { type Argv } from 'yargs';
import { hideBin } from 'yargs/helpers';
import { messageOf, TrajsieveError } from '../errors.ts';
import { version } from '../version.ts';
import { type Command, exitCode } from './command.ts';
import { resolveValues, UsageError } from './values.ts';

/** Each in a module of its own, of which a call needs one. */
const modules: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => (await import('./run.ts')).runCommand,
  scan: async () => (await import('./scan.ts')).scanCommand,
  compose: async () => (await import('./compose.ts')).composeCommand,
  inspect: async () => (await import('./inspect.ts')).inspectCommand,
  verify: async () => (await import('./verify.ts')).verifyCommand,
  rules: async () => (await import('./rules.ts')).rulesCommand,
  policy: async () => (await import('./policy.ts')).policyCommand,
  explain: async () => (await import('./explain.ts')).explainCommand,
  evaluate: async () => (await import('./evaluate.ts')).evaluateCommand,
  report: async () => (await import('./report.ts')).reportCommand,
  diff: async () => (await import('./diff.ts')).diffCommand,
  audit: async () => (await import('./audit.ts')).auditCommand,
  correlate: async () => (await import('./correlate.ts')).correlateCommand,
};

/** The command that is called; all of them where that is not plain, as for the list of commands. */
async function commandsFor(words: readonly string[]): Promise<readonly Command[]> {
  const [first = ''] = words;
  const called = Object.hasOwn(modules, first) ? [modules[first]!] : Object.values(modules);
  return await Promise.all(called.map((load) => load()));
}

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
  for (const command of await commandsFor(words)) {
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

// who reads no further, as `head` does, ends what is shown and not what is done
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

try {
  process.exitCode = await main(hideBin(process.argv));
} catch (error) {
  process.stderr.write(`error: ${explain(error)}\n`);
  if (!(error instanceof TrajsieveError) && process.env['TRAJSIEVE_DEBUG'] !== undefined)
    console.error(error);
  process.exitCode = codeOf(error);
}
