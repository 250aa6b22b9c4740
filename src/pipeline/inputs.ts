import { statSync } from 'node:fs';
import { join } from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { messageOf, TrajsieveError } from '../errors.ts';
import { escapeRegExp } from '../escape-reg-exp.ts';
import { expandRemote, namesFolder } from '../remote/expand.ts';
import { isRemote } from '../remote/location.ts';

/** An input that could not be opened; the others are still done. */
export interface InputProblem {
  readonly file: string;
  readonly code: string;
  readonly message: string;
}

/** What inputs come to. */
export interface FoundInputs {
  /** sorted, without duplicates */
  readonly files: readonly string[];
  /** those of them that lie beside data in a folder and may only describe it: they count where their shape is known */
  readonly beside: ReadonlySet<string>;
  /** files of folders that look like data and cannot be read, with why */
  readonly leftOut: readonly InputProblem[];
}

/** Files of a folder that are data by their names. */
const dataPatterns = [
  ...['parquet', 'eval', 'traj'],
  ...['jsonl', 'jsonl.gz', 'jsonl.zst', 'ndjson', 'ndjson.gz', 'ndjson.zst'],
];
/** Files that are data where nothing else is, and may describe it where something is. */
const jsonPatterns = ['json', 'json.gz', 'json.zst'];
/** Files that may hold data which nobody here can read. */
const otherPatterns = [
  ...['csv', 'tsv', 'arrow', 'feather', 'avro', 'orc', 'pkl', 'pt', 'msgpack', 'db', 'sqlite'],
  ...[
    'jsonl.bz2',
    'jsonl.xz',
    'json.bz2',
    'json.xz',
    'jsonl.lz4',
    'parquet.gz',
    'zip',
    'tar',
    'tar.gz',
    'tgz',
  ],
];
const patternsOf = (endings: readonly string[]) => endings.map((ending) => `**/*.${ending}`);
const folderPatterns = patternsOf([...dataPatterns, ...jsonPatterns, ...otherPatterns]);

/** The files of inputs for those who read tables of any kind, and tell of each that they cannot read. */
export async function expandInputs(inputs: readonly string[]): Promise<string[]> {
  const { files, leftOut } = await findInputs(inputs);
  const tables = leftOut.flatMap(({ file }) => (/\.[ct]sv$/i.test(file) ? [file] : []));
  return [...files, ...tables].sort();
}

/**
 * Expands files, folders and globs, local and remote, into files. A name that leads nowhere, a folder without data and a
 * glob without a match are errors: an empty input is never taken for a clean one.
 */
export async function findInputs(inputs: readonly string[]): Promise<FoundInputs> {
  const files = new Set<string>();
  const named = new Set<string>();
  const beside = new Set<string>();
  const leftOut: InputProblem[] = [];
  for (const input of inputs) {
    const found = await expandOne(input);
    for (const file of found.files) {
      files.add(file);
      if (!found.beside.has(file)) named.add(file);
    }
    for (const file of found.beside) beside.add(file);
    leftOut.push(...found.leftOut);
  }
  return {
    files: [...files].sort(),
    beside: new Set([...beside].filter((file) => !named.has(file))),
    leftOut: leftOut.filter(({ file }) => !named.has(file)),
  };
}

async function expandOne(input: string): Promise<FoundInputs> {
  const named = (files: readonly string[]) => ({ files, beside: new Set<string>(), leftOut: [] });
  if (isRemote(input)) {
    const found = await expandRemote(input, [folderPatterns]);
    return namesFolder(input, found) ? sortFolder(input, found) : named(found);
  }
  const stat = statOrUndefined(input);
  if (stat?.isDirectory()) {
    const options = { ignore: ['**/.*/**'], expandDirectories: false, caseSensitiveMatch: false };
    const found = await glob(folderPatterns, { cwd: input, ...options });
    return sortFolder(
      input,
      found.map((name) => join(input, name)),
    );
  }
  if (stat !== undefined) return named([input]);
  if (isDynamicPattern(input)) {
    const found = await glob(input, { absolute: input.startsWith('/'), expandDirectories: false });
    if (found.length > 0) return named(found);
    throw new TrajsieveError('input-empty', `no file fits the pattern ${JSON.stringify(input)}`);
  }
  throw new TrajsieveError('input-missing', `input ${JSON.stringify(input)} does not exist`);
}

/** Sorts the files of a folder into data, what may describe it, and what cannot be read. */
function sortFolder(input: string, found: readonly string[]): FoundInputs {
  const ending = (endings: readonly string[]) => {
    const pattern = new RegExp(`\\.(?:${endings.map(escapeRegExp).join('|')})$`, 'i');
    return found.filter((file) => pattern.test(file));
  };
  const data = ending(dataPatterns);
  const json = ending(jsonPatterns);
  if (data.length + json.length === 0) {
    throw new TrajsieveError(
      'input-empty',
      `folder ${JSON.stringify(input)} holds no ${[...dataPatterns, ...jsonPatterns].map((name) => `.${name}`).join(', ')} file`,
      { remedy: 'name the folder that holds the data, or a pattern of its files' },
    );
  }
  const leftOut = ending(otherPatterns).map((file) => ({
    file,
    code: 'input-unknown',
    message: `${file} is of a kind that is not read`,
  }));
  return { files: [...data, ...json], beside: new Set(data.length > 0 ? json : []), leftOut };
}

function statOrUndefined(path: string) {
  try {
    return statSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new TrajsieveError(
      'input-unreadable',
      `input ${JSON.stringify(path)} cannot be read: ${messageOf(error)}`,
    );
  }
}
