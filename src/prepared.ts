import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { packagePath } from './package-path.ts';

/**
 * What `npm run build` works out beforehand, in `dist/prepared` (scripts/prepare.ts): it saves a second of each start. Values
 * are found by a hash of all that they come from, so one that is out of date is not found, and whoever finds none works
 * it out.
 */
export const preparedFolder = packagePath('dist/prepared');

/** Parsed rules and other YAML by `preparedKey` of the text, in a file each. */
export type PreparedName = 'rules.json' | 'yaml.json';

const read = new Map<PreparedName, Readonly<Record<string, unknown>>>();

export function preparedKey(text: string): string {
  return createHash('sha256').update(text).digest('base64').slice(0, 24);
}

/** The value that was prepared of a text; undefined where there is none. */
export function prepared(name: PreparedName, text: string): unknown {
  let values = read.get(name);
  if (values === undefined) {
    values = JSON.parse(preparedBytes(name)?.toString() ?? '{}') as Record<string, unknown>;
    read.set(name, values);
  }
  const key = preparedKey(text);
  return Object.hasOwn(values, key) ? values[key] : undefined;
}

/** Lets go of what was read: a thread holds it no longer than it loads. It is read again where it is asked for. */
export function forgetPrepared(): void {
  read.clear();
}

/** A file that was prepared; undefined before `npm run build`. */
export function preparedBytes(name: string): Buffer | undefined {
  try {
    return readFileSync(`${preparedFolder}/${name}`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
