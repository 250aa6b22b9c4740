import { rowError } from './items.ts';
import { isObject, parseJson } from './path.ts';

/** Rows from an object of columns: `{ messages: [a, b], reward: [1, 2] }` holds two. Text that is JSON is read. */
export function rowsOfColumns(record: unknown): Record<string, unknown>[] {
  if (!isObject(record)) throw rowError('record is no object of columns');
  const columns = Object.entries(record).filter((entry): entry is [string, unknown[]] =>
    Array.isArray(entry[1]),
  );
  const length = Math.max(0, ...columns.map(([, values]) => values.length));
  const uneven = columns.find(([, values]) => values.length !== length);
  if (uneven !== undefined)
    throw rowError(`column ${uneven[0]} has ${uneven[1].length} values, others have ${length}`);
  return Array.from({ length }, (_, row) =>
    Object.fromEntries(
      columns.map(([name, values]) => {
        const value = values[row];
        return [name, typeof value === 'string' ? (parseJson(value) ?? value) : value];
      }),
    ),
  );
}
