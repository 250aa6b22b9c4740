import { messageOf } from '../errors.ts';
import { listElement, type SchemaNode } from '../parquet/schema.ts';
import { rowsOfColumns } from './columns.ts';
import { type CompiledSpec, compileSpec } from './compile.ts';
import { itemsOf } from './items.ts';
import { compilePath, followFirst, isObject } from './path.ts';
import { readGroup, readRow } from './read.ts';
import { nodeAt } from './schema-node.ts';
import type { DatasetSpec } from './spec.ts';
import { compileTest, passes, type Test } from './tests.ts';

/** What is known of a file when its data set is to be recognised. */
export interface FileView {
  /** the schema, where the file has one */
  readonly root?: SchemaNode;
  /** names of its columns, or of the fields of its records */
  readonly columns: readonly string[];
  /** the first rows, as far as they could be read */
  readonly rows: readonly unknown[];
}

/** How far a spec fits a file. */
export interface Fit {
  readonly spec: DatasetSpec;
  /** conditions that hold, for people */
  readonly held: readonly string[];
  /** the first that does not; undefined for a spec that fits */
  readonly missing?: string;
}

/** Tries the conditions of a spec, those that need no rows first. */
export function fitOf(spec: DatasetSpec, view: FileView): Fit {
  const compiled = compileSpec(spec);
  const held: string[] = [];
  for (const [condition, holds] of conditionsOf(compiled, view)) {
    if (!holds()) return { spec, held, missing: condition };
    // what is not there speaks for no shape more than for another
    if (!condition.startsWith(absent)) held.push(condition);
  }
  const trouble = firstRowTrouble(compiled, view);
  return trouble === undefined ? { spec, held } : { spec, held, missing: trouble };
}

const absent = 'no column ';

type Check = readonly [condition: string, holds: () => boolean];

function conditionsOf(compiled: CompiledSpec, view: FileView): Check[] {
  const { recognise } = compiled.spec;
  const columns = recognise.columns.map(
    (column): Check => [`column ${either(column)}`, () => hasColumn(view, column)],
  );
  const without = recognise.without.map(
    (column): Check => [`${absent}${either(column)}`, () => !hasColumn(view, column)],
  );
  const fields = recognise.step.map(
    (field): Check => [`steps with ${either(field)}`, () => stepHas(compiled, view, field)],
  );
  const row = compileTest(recognise.row).flatMap((group) =>
    group.map(
      (condition): Check => [
        `${condition.paths.map(({ text }) => text).join(' or ')} as in ${compiled.spec.name}`,
        () => view.rows.some((one) => condition.holds(followFirst(one, condition.paths))),
      ],
    ),
  );
  const test = compileTest(recognise.some_step);
  const some: Check[] =
    test.length === 0 ? [] : [[`a step with ${describeTest(test)}`, () => someStep(compiled, view, test)]];
  const part = compileTest(recognise.some_part);
  const parts: Check[] =
    part.length === 0 ? [] : [[`a part with ${describeTest(part)}`, () => somePart(compiled, view, part)]];
  return [...columns, ...without, ...fields, ...row, ...some, ...parts];
}

const either = (text: string) => text.split('|').join(' or ');

function describeTest(test: Test): string {
  return (test[0] ?? [])
    .map(({ paths, values }) => {
      const name = paths.map(({ text }) => text).join(' or ');
      return values === undefined ? name : `${name} ${[...values].slice(0, 3).join(' or ')}`;
    })
    .join(' and ');
}

function hasColumn(view: FileView, column: string): boolean {
  return column.split('|').some((name) => {
    const path = compilePath(name);
    if (view.columns.includes(name)) return true;
    if (view.root !== undefined && nodeAt(view.root, path.names) !== undefined) return true;
    return path.names.length > 1 && view.rows.some((row) => followFirst(row, [path]) !== undefined);
  });
}

function stepHas(compiled: CompiledSpec, view: FileView, field: string): boolean {
  const paths = field.split('|').map(compilePath);
  for (const { at } of compiled.lists) {
    for (const { names } of view.root === undefined ? [] : at) {
      const node = nodeAt(view.root!, names);
      const element = node && listElement(node);
      if (element === undefined || element.type !== undefined) continue;
      const inside = { ...element, repetition: 'required' as const };
      if (paths.some((path) => nodeAt(inside, path.names) !== undefined)) return true;
    }
  }
  return firstItems(compiled, view).some((item) =>
    paths.some(({ names }) => {
      const [name] = names;
      return (
        followFirst(item, [{ text: field, names }]) !== undefined ||
        (names.length === 1 && isObject(item) && name! in item)
      );
    }),
  );
}

function someStep(compiled: CompiledSpec, view: FileView, test: Test): boolean {
  return firstItems(compiled, view).some((item) => passes(test, item));
}

function somePart(compiled: CompiledSpec, view: FileView, test: Test): boolean {
  const paths = compiled.cases.flatMap(({ fields }) => fields.text);
  return firstItems(compiled, view).some((item) => {
    const parts = followFirst(item, paths);
    return Array.isArray(parts) && parts.some((part: unknown) => passes(test, part));
  });
}

/** Most steps of the first rows that are looked at. */
const mostItems = 400;

function firstItems(compiled: CompiledSpec, view: FileView): unknown[] {
  const { unit } = compiled.spec;
  if (unit === 'step' || unit === 'file') return view.rows.slice(0, mostItems);
  const items: unknown[] = [];
  for (const row of view.rows) {
    for (const place of compiled.lists) {
      try {
        for (const item of itemsOf(row, place) ?? []) {
          if (items.length < mostItems && 'value' in item) items.push(item.value);
        }
      } catch {
        // a row that cannot be read says nothing of the shape
      }
    }
  }
  return items;
}

/** Why none of the first rows could be read; undefined when one could, or there are none. */
function firstRowTrouble(compiled: CompiledSpec, view: FileView): string | undefined {
  const { unit } = compiled.spec;
  if (view.rows.length === 0 || unit === 'file') return undefined;
  let trouble: string | undefined;
  for (const row of view.rows) {
    try {
      if (unit === 'step') readGroup(compiled, [row]);
      else if (unit === 'columns') readRow(compiled, rowsOfColumns(row)[0]);
      else readRow(compiled, row);
      return undefined;
    } catch (error) {
      trouble ??= messageOf(error);
    }
  }
  return `first rows that can be read (${trouble})`;
}
