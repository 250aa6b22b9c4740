import type { z } from 'zod';

/** One option of a command. Its value comes from the flag, else from the environment, else from the YAML file. */
export interface Option<Schema extends z.ZodType = z.ZodType> {
  readonly describe: string;
  /** checks the value, and turns text (as flags and the environment give it) into what it means */
  readonly schema: Schema;
  /** how yargs reads the flag */
  readonly type: 'string' | 'boolean' | 'array';
  readonly alias?: string;
  /** shown in the help as the value's name */
  readonly placeholder?: string;
}

export type Options = Readonly<Record<string, Option>>;

/** The checked values of a command's options. */
export type Values<O extends Options> = { [Name in keyof O]: z.output<O[Name]['schema']> };

/** A command: its name, its options, and what it does. Returns the exit code. */
export interface Command<O extends Options = Options> {
  /** as yargs writes it, e.g. `run <inputs..>` */
  readonly usage: string;
  readonly describe: string;
  readonly options: O;
  run(
    values: Values<O>,
    positionals: Readonly<Record<string, string | readonly string[] | undefined>>,
  ): Promise<number>;
}

/** Gives a command its types. */
export function defineCommand<const O extends Options>(command: Command<O>): Command {
  return command as unknown as Command;
}

/** Exit codes; schedulers tell runs apart by them. */
export const exitCode = {
  done: 0,
  error: 1,
  usage: 2,
  gate: 3,
  partial: 4,
  /** EX_TEMPFAIL: the same may succeed later */
  retry: 75,
  interrupted: 130,
  terminated: 143,
} as const;
