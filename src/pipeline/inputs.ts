import { statSync } from 'node:fs';
import { join } from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { messageOf, TrajsieveError } from '../errors.ts';
import { expandRemote } from '../remote/expand.ts';
import { isRemote } from '../remote/location.ts';

/** An input that could not be opened; the others are still done. */
export interface InputProblem {
  readonly file: string;
  readonly code: string;
  readonly message: string;
}

/** What is taken from a folder: the first of these that it has. JSON beside Parquet or logs describes them. */
const filePatterns = [
  ['**/*.parquet'],
  ['**/*.eval'],
  ['**/*.jsonl', '**/*.ndjson', '**/*.jsonl.gz', '**/*.jsonl.zst', '**/*.ndjson.gz', '**/*.ndjson.zst'],
  ['**/*.json', '**/*.traj', '**/*.json.gz', '**/*.json.zst'],
];

/**
 * Expands files, folders and globs, local and remote, into a sorted list of files without duplicates. A name that leads nowhere, a folder
 * without data and a glob without a match are errors: an empty input is never taken for a clean one.
 */
export async function expandInputs(inputs: readonly string[]): Promise<string[]> {
  const files = new Set<string>();
  for (const input of inputs) {
    for (const file of await expandOne(input)) files.add(file);
  }
  return [...files].sort();
}

async function expandOne(input: string): Promise<string[]> {
  if (isRemote(input)) return await expandRemote(input, filePatterns);
  const stat = statOrUndefined(input);
  if (stat?.isDirectory()) {
    for (const patterns of filePatterns) {
      const found = await glob(patterns, { cwd: input, ignore: ['**/.*/**'], expandDirectories: false });
      if (found.length > 0) return found.map((name) => join(input, name));
    }
    throw new TrajsieveError(
      'input-empty',
      `folder ${JSON.stringify(input)} holds no ${filePatterns
        .flat()
        .map((pattern) => pattern.slice(4))
        .join(', ')} file`,
      { remedy: 'name the folder that holds the data, or a pattern of its files' },
    );
  }
  if (stat !== undefined) return [input];
  if (isDynamicPattern(input)) {
    const found = await glob(input, { absolute: input.startsWith('/'), expandDirectories: false });
    if (found.length > 0) return found;
    throw new TrajsieveError('input-empty', `no file fits the pattern ${JSON.stringify(input)}`);
  }
  throw new TrajsieveError('input-missing', `input ${JSON.stringify(input)} does not exist`);
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
