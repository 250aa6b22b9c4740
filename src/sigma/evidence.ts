import { type CompiledNode, meetsKeyword } from './compile.ts';
import type { Span } from './glob.ts';
import type { Item } from './value.ts';
import type { ValueTest } from './value-test.ts';
import type { EventView } from './view.ts';

/** What of an event met a line of a rule. */
export interface Evidence {
  /** the selection that the line stands in */
  readonly selection: string;
  /** the line's field and modifiers; empty for plain keywords */
  readonly key: string;
  readonly field: string;
  /** the value as the rule has it */
  readonly literal: string;
  /** which of a list field's elements, from 0 */
  readonly element?: number;
  /**
   * UTF-16 offsets in the field's text of what the literal met, wildcards at its ends left out. Absent where there is
   * no text to point at (null, exists) and where a pattern's match in a very long text was not located.
   */
  readonly span?: Span;
}

/** Pieces of evidence for one line of a rule: a keyword may stand in every field. */
const itemLimit = 8;

/** What made a condition true: of alternatives, each that holds; of what is negated, nothing. */
export function gatherEvidence(compiled: CompiledNode, view: EventView): Evidence[] {
  const gathered: Evidence[] = [];
  gather(compiled, view, '', gathered);
  return gathered;
}

function gather(compiled: CompiledNode, view: EventView, selection: string, into: Evidence[]): void {
  const { node, children } = compiled;
  // what stands under a `not` that holds does not hold itself
  if (!compiled.test(view)) return;
  if (node.kind === 'item') into.push(...itemEvidence(node, compiled.values, view, selection));
  const name = node.kind === 'selection' ? node.name : selection;
  for (const child of children) gather(child, view, name, into);
}

/** What met the values of one line, negated or not. */
export function itemEvidence(
  item: Item,
  values: readonly ValueTest[],
  view: EventView,
  selection: string,
): Evidence[] {
  if (item.negated) return [];
  const gathered: Evidence[] = [];
  const fields = item.field === undefined ? view.fieldNames : [item.field];
  for (const value of values) {
    for (const field of fields) {
      if (gathered.length >= itemLimit) return gathered;
      const found = { selection, key: item.key, field, literal: value.value.source };
      const place = placeOf(value, view, field, item.field === undefined);
      if (place !== undefined) gathered.push({ ...found, ...place });
    }
  }
  return gathered;
}

function placeOf(
  value: ValueTest,
  view: EventView,
  field: string,
  keyword: boolean,
): Pick<Evidence, 'element' | 'span'> | undefined {
  if (value.text === undefined) return value.field(view, field) ? {} : undefined;
  const texts = view.texts(field);
  const element = texts.findIndex((text) => (keyword ? meetsKeyword(text, value) : value.text!(text)));
  if (element < 0) return undefined;
  const span = value.find(texts[element]!);
  const isList = Array.isArray(view.event.fields[field]);
  return { ...(isList ? { element } : {}), ...(span === undefined ? {} : { span }) };
}
