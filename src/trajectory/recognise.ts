import { TrajsieveError } from '../errors.ts';
import type { Footer } from '../parquet/footer.ts';
import { listElement, type SchemaNode } from '../parquet/schema.ts';
import { batchPathsOf, rowsOfBatch } from './batch.ts';
import { type FileView, type Fit, fitOf } from './fit.ts';
import { findLists, genericAt, genericFor, genericName, genericNamed } from './generic.ts';
import { isObject } from './path.ts';
import { makeRecordShape, type RecordShape } from './record-shape.ts';
import { decoderOf } from './schema-node.ts';
import type { Shape } from './shape.ts';
import { shapeOf } from './shape-of.ts';
import type { DatasetSpec } from './spec.ts';

export { findSpec, loadSpec, loadSpecs, specsFor } from './load.ts';

/** Rows of a file that are worth looking at to recognise it. */
export const rowsToSample = 8;

/**
 * The shape of a Parquet file: by its schema, and by its first rows where the schema alone does not tell. Of the specs
 * that fit, the one with the most conditions is chosen; of equals, the first by name. A plain list of messages needs no
 * spec. Throws an error that says what was looked for when nothing fits.
 * @param rows the first rows, each with the values of all its columns by name, as `assembleColumn` gives them
 */
export function recognise(
  footer: Pick<Footer, 'root'>,
  file: string,
  specs: readonly DatasetSpec[],
  rows: readonly Readonly<Record<string, unknown>>[] = [],
): Shape {
  const { root } = footer;
  const view: FileView = {
    root,
    columns: root.children.map(({ name }) => name),
    rows: rows.map((row) => decodeRow(root, row)),
  };
  const usable = specs.filter(({ unit }) => unit === 'row' || unit === 'step');
  const shape = choose(
    () => view,
    usable,
    (spec, reason) => shapeOf(spec, root, reason),
  );
  if (shape !== undefined) return shape;
  throw unknownShape(view, usable, file, hasTokens(root));
}

/**
 * The shape of a file by the spec that was chosen for it before: by `recognise`, or by whoever runs it.
 * @param name of one of the specs; `messages:COLUMN` for what was recognised without one
 */
export function shapeFor(
  name: string,
  footer: Pick<Footer, 'root'>,
  file: string,
  specs: readonly DatasetSpec[],
): Shape {
  const spec = specs.find((one) => one.name === name) ?? genericNamed(name, specs);
  if (spec === undefined)
    throw new TrajsieveError('dataset-unknown', `no data set spec is called '${name}'`, { where: { file } });
  return applySpec(spec, footer, file);
}

/** The shape of a file by a given spec, whatever it looks like. Throws an error that says what of it is not there. */
export function applySpec(spec: DatasetSpec, footer: Pick<Footer, 'root'>, file: string): Shape {
  const { root } = footer;
  const shape =
    spec.unit === 'row' || spec.unit === 'step' ? shapeOf(spec, root, 'it was asked for by name') : undefined;
  if (shape !== undefined) return shape;
  const places = spec.lists?.flatMap(({ at }) => at) ?? spec.steps ?? [];
  throw new TrajsieveError(
    'shape-differs',
    `${spec.name} has its steps in ${[places].flat().join(' or ')}; the columns are ${columnList(root)}`,
    { where: { file }, remedy: 'leave --dataset away, or name a spec that fits' },
  );
}

/**
 * The shape of a file of JSON records, by its first ones.
 * @param records what `JSON.parse` gave for the first lines
 */
export function recogniseRecords(
  records: readonly unknown[],
  file: string,
  specs: readonly DatasetSpec[],
): RecordShape {
  const view = viewOf(records);
  const viewFor = (spec: DatasetSpec) => {
    const paths = batchPathsOf(spec);
    if (paths.length === 0) return view;
    return viewOf(records.flatMap((record) => rowsOfBatch(record, paths)).slice(0, mostRows));
  };
  const shape = choose(viewFor, specs, (spec, reason) =>
    makeRecordShape(spec, viewFor(spec).columns, reason),
  );
  if (shape !== undefined) return shape;
  const tokens = view.columns.filter((name) => tokenNames.test(name));
  throw unknownShape(view, specs, file, tokens, viewFor);
}

/** Most rows of the first batches that are looked at. */
const mostRows = 200;

function viewOf(records: readonly unknown[]): FileView {
  const columns = new Set<string>();
  for (const record of records)
    if (isObject(record)) for (const name of Object.keys(record)) columns.add(name);
  return { columns: [...columns], rows: records };
}

/** The shape of records by a given spec. Throws where the spec is for something else. */
export function recordShapeOf(spec: DatasetSpec, reason: string, file: string): RecordShape {
  const shape = makeRecordShape(spec, [], reason);
  if (shape !== undefined) return shape;
  throw new TrajsieveError('shape-differs', `${spec.name} is for tables of steps, not for records`, {
    where: { file },
    remedy: 'leave --dataset away, or name a spec that fits',
  });
}

/** The shape of records by the name of the spec that was chosen for them before. */
export function recordShapeFor(name: string, file: string, specs: readonly DatasetSpec[]): RecordShape {
  const spec = specs.find((one) => one.name === name) ?? genericNamed(name, specs);
  if (spec !== undefined) return recordShapeOf(spec, 'it was chosen before', file);
  throw new TrajsieveError('dataset-unknown', `no data set spec is called '${name}'`, { where: { file } });
}

/** @param viewFor what a spec sees of the file: records, or the rows that they hold */
function choose<T>(
  viewFor: (spec: DatasetSpec) => FileView,
  specs: readonly DatasetSpec[],
  make: (spec: DatasetSpec, reason: string) => T | undefined,
): T | undefined {
  const fits = specs
    .filter(({ name }) => name !== genericName)
    .map((spec) => fitOf(spec, viewFor(spec)))
    .filter(({ missing }) => missing === undefined)
    .sort((a, b) => b.held.length - a.held.length || (a.spec.name < b.spec.name ? -1 : 1));
  for (const [rank, { spec, held }] of fits.entries()) {
    const others = fits.slice(rank + 1, rank + 4).map((other) => other.spec.name);
    const also = others.length === 0 ? '' : `; it fits better than ${others.join(', ')}`;
    const shape = make(spec, `${held.join(', ')}${also}`);
    if (shape !== undefined) return shape;
  }
  const base = specs.find(({ name }) => name === genericName);
  if (base === undefined) return undefined;
  const generic = genericFor(base, viewFor(base));
  return generic === undefined ? undefined : make(generic.spec, generic.reason);
}

function decodeRow(root: SchemaNode, row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => {
      const column = root.children.find((child) => child.name === name);
      try {
        return [name, column === undefined ? value : (decoderOf(column)?.(value) ?? value)];
      } catch {
        // JSON that is none: the row will say so itself
        return [name, value];
      }
    }),
  );
}

const tokenNames = /^(?:input|prompt|response|completion|output|generated)?_?(?:token_?)?(?:ids|tokens)$/;

/** Columns of token numbers. */
function hasTokens(root: SchemaNode): string[] {
  return root.children
    .filter((column) => {
      const type = listElement(column)?.type;
      return tokenNames.test(column.name) && (type === 'INT32' || type === 'INT64');
    })
    .map(({ name }) => name);
}

/** How many of the specs that nearly fit are named in an error. */
const nearestNamed = 4;

function unknownShape(
  view: FileView,
  specs: readonly DatasetSpec[],
  file: string,
  tokens: readonly string[],
  viewFor: (spec: DatasetSpec) => FileView = () => view,
): TrajsieveError {
  if (tokens.length > 0) {
    return new TrajsieveError(
      'shape-tokens',
      `file holds token ids (${tokens.join(', ')}) and no text to read`,
      {
        where: { file },
        remedy: 'decode them with their tokenizer into a text or messages column first',
      },
    );
  }
  const columns = view.root === undefined ? view.columns.join(', ') : columnList(view.root);
  const fits = specs.map((spec) => fitOf(spec, viewFor(spec))).filter(({ missing }) => missing !== undefined);
  const near = fits
    .filter(({ held }) => held.length > 0)
    .sort((a, b) => b.held.length - a.held.length)
    .slice(0, nearestNamed)
    .map(describeMiss);
  const wanted =
    near.length === 0 ? `none of ${specs.length} data set specs has a column of it` : near.join('; ');
  const lists = findLists(view);
  const base = specs.find(({ name }) => name === genericName);
  const generic =
    lists.length === 0 || base === undefined
      ? 'no column is a list of objects with role (or from) and content (or value, text)'
      : describeMiss(fitOf(genericAt(base, lists[0]!), view));
  return new TrajsieveError(
    'shape-unknown',
    `columns ${columns || '(none)'} are of no known shape: ${wanted}; ${generic}`,
    {
      where: { file },
      remedy: 'write a spec: datasets/README.md shows how, and --dataset FILE uses it',
    },
  );
}

function describeMiss({ spec, missing }: Fit): string {
  return `${spec.name} lacks ${missing}`;
}

/** Most columns that an error lists. */
const columnsListed = 40;

function columnList(root: SchemaNode): string {
  const names = root.children.map(describeColumn);
  const rest = names.length > columnsListed ? `, and ${names.length - columnsListed} more` : '';
  return names.slice(0, columnsListed).join(', ') + rest;
}

function describeColumn(column: SchemaNode): string {
  const element = listElement(column);
  if (element !== undefined)
    return `${column.name} (list${element.type === undefined ? ` of ${element.children.map(({ name }) => name).join(', ')}` : ''})`;
  return column.name;
}
