import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { messageOf, TrajsieveError } from '../errors.ts';
import { nearest } from '../suggest.ts';
import type { Options } from './command.ts';

/** Where a value came from, for error messages. */
interface Given {
  readonly value: unknown;
  readonly from: string;
}

/** A mistake in how the command was called: exit code 2. */
export class UsageError extends TrajsieveError {
  constructor(message: string, remedy?: string) {
    super('usage', message, remedy === undefined ? {} : { remedy });
  }
}

/**
 * The values of a command's options: from flags, else from the environment (`TRAJSIEVE_ROW_TIMEOUT` for
 * `--row-timeout`), else from the YAML file. Every value is checked; an unknown key of the file is an error.
 */
export function resolveValues(
  options: Options,
  flags: Readonly<Record<string, unknown>>,
  environment: NodeJS.ProcessEnv,
  configFile: string | undefined,
): Record<string, unknown> {
  const file = configFile === undefined ? {} : readConfig(configFile, options);
  const values: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(options)) {
    const given = find(name, option.type, flags, environment, file, configFile);
    const result = option.schema.safeParse(given?.value);
    if (!result.success) {
      const reason = z.treeifyError(result.error).errors[0] ?? z.prettifyError(result.error);
      const from = given?.from ?? `--${name}`;
      const value = JSON.stringify(given?.value);
      throw new UsageError(
        reason.endsWith('?') ? `${from} is ${value}; ${reason}` : `${from}: ${reason}, got ${value}`,
      );
    }
    values[name] = result.data;
  }
  return values;
}

function find(
  name: string,
  type: string,
  flags: Readonly<Record<string, unknown>>,
  environment: NodeJS.ProcessEnv,
  file: Readonly<Record<string, unknown>>,
  configFile: string | undefined,
): Given | undefined {
  if (flags[name] !== undefined) return { value: flags[name], from: `--${name}` };
  const variable = `TRAJSIEVE_${name.replaceAll('-', '_').toUpperCase()}`;
  const text = environment[variable];
  if (text !== undefined) return { value: type === 'array' ? text.split(',') : text, from: variable };
  if (name in file) return { value: file[name], from: `${configFile}: ${name}` };
  return undefined;
}

function readConfig(file: string, options: Options): Record<string, unknown> {
  let values: unknown;
  try {
    values = parse(readFileSync(file, 'utf8')) ?? {};
  } catch (error) {
    throw new UsageError(`configuration ${JSON.stringify(file)} cannot be read: ${messageOf(error)}`);
  }
  if (typeof values !== 'object' || Array.isArray(values))
    throw new UsageError(`configuration ${file} is no map`);
  for (const name of Object.keys(values as object)) {
    if (name in options) continue;
    const close = nearest(name, Object.keys(options));
    throw new UsageError(
      `${file}: key ${JSON.stringify(name)} is unknown`,
      close === undefined ? `keys are ${Object.keys(options).join(', ')}` : `did you mean ${close}?`,
    );
  }
  return values as Record<string, unknown>;
}

/** `yes`, `true`, `1` and their opposites, for values that come as text. */
export const booleanValue = z
  .union(
    [
      z.boolean(),
      z.enum(['true', '1', 'yes', 'false', '0', 'no']).transform((text) => /^(true|1|yes)$/.test(text)),
    ],
    {
      error: 'expected true or false',
    },
  )
  .default(false);

/** A whole number from `minimum` on. */
export const wholeNumber = (minimum: number) =>
  z.coerce
    .number({ error: 'expected a whole number' })
    .int('expected a whole number')
    .min(minimum, `expected ${minimum} or more`);

/** A size in bytes: a number, or one with `KB`, `MB`, `GB` (powers of 1000) or `KiB`, `MiB`, `GiB` (of 1024). */
export const byteSize = z.union([z.number().int().positive(), z.string()]).transform((value, context) => {
  const match = /^(\d+(?:\.\d+)?)\s*([KMGT]?)(i?)B?$/i.exec(String(value));
  if (match === null) {
    context.addIssue({ code: 'custom', message: 'expected a size such as 600MB or 1GiB' });
    return z.NEVER;
  }
  const [, number, prefix, binary] = match;
  const power = ' KMGT'.indexOf(prefix!.toUpperCase() || ' ');
  return Math.round(Number(number) * (binary === '' ? 1000 : 1024) ** power);
});

/** A time in seconds: a number, or one with `ms`, `s`, `m` or `h`. Milliseconds come out. */
export const duration = z.union([z.number().positive(), z.string()]).transform((value, context) => {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h)?$/.exec(String(value));
  if (match === null) {
    context.addIssue({ code: 'custom', message: 'expected a time such as 500ms, 10s or 2m' });
    return z.NEVER;
  }
  return Number(match[1]) * { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[match[2] ?? 's']!;
});

/** One text or several. */
export const texts = z.union([z.array(z.string()), z.string().transform((value) => [value])]);

/** Which data set spec the inputs are read by. */
export const datasetOption = {
  describe: 'how the rows are to be read, instead of recognising it: a data set spec by name, or a YAML file',
  type: 'string',
  placeholder: 'NAME|FILE',
  schema: z.string().min(1).optional(),
} as const;

/** A share from 0 to 1: a number, or one with `%`. */
export const share = z.union([z.number(), z.string()]).transform((value, context) => {
  const match = /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(String(value).trim());
  const number = match === null ? Number.NaN : Number(match[1]) / (match[2] === '%' ? 100 : 1);
  if (number >= 0 && number <= 1) return number;
  context.addIssue({ code: 'custom', message: 'expected a share such as 5% or 0.05' });
  return z.NEVER;
});
