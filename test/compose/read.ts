import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runPython } from '../support/python.ts';

/** Some columns of a Parquet file, as pyarrow reads them. */
export function readColumns<T>(
  python: string,
  file: string,
  columns: readonly string[],
  folder: string,
): T[] {
  const out = join(folder, 'read.json');
  runPython(python, join(import.meta.dirname, '../parquet/to_json.py'), [file, out, columns.join()]);
  return JSON.parse(readFileSync(out, 'utf8')) as T[];
}
