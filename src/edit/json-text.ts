/**
 * JSON text as a tree of places, for changes that leave all other bytes as they are. `JSON.parse` forgets how a value was
 * written; this remembers nothing else.
 */
export type JsonPlace =
  | {
      readonly kind: 'object';
      readonly start: number;
      readonly end: number;
      readonly fields: readonly JsonField[];
    }
  | {
      readonly kind: 'list';
      readonly start: number;
      readonly end: number;
      readonly elements: readonly JsonPlace[];
    }
  /** text in its quotes; anything else as it is */
  | { readonly kind: 'string' | 'other'; readonly start: number; readonly end: number };

export interface JsonField {
  readonly key: string;
  readonly value: JsonPlace;
}

/** A part of a text, in UTF-16 units, and what takes its place. */
export interface Change {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Deepest nesting that is followed. */
const deepest = 500;

/** The places of a text that `JSON.parse` takes. Throws where it does not, or is nested too deep. */
export function placesOf(text: string): JsonPlace {
  JSON.parse(text); // from here on the text is known to be well-formed
  let at = 0;
  const space = () => {
    while (' \n\r\t'.includes(text[at]!)) at += 1;
  };
  const string = () => {
    const start = at;
    for (at += 1; text[at] !== '"'; at += 1) if (text[at] === '\\') at += 1;
    at += 1;
    return { kind: 'string' as const, start, end: at };
  };
  const value = (depth: number): JsonPlace => {
    if (depth > deepest) throw new Error(`JSON is nested more than ${deepest} deep`);
    space();
    const start = at;
    const first = text[at];
    if (first === '"') return string();
    if (first === '{' || first === '[') {
      const fields: JsonField[] = [];
      const elements: JsonPlace[] = [];
      const close = first === '{' ? '}' : ']';
      at += 1;
      space();
      while (text[at] !== close) {
        if (first === '{') {
          const { start: from, end } = string();
          space();
          at += 1; // the colon
          fields.push({ key: JSON.parse(text.slice(from, end)) as string, value: value(depth + 1) });
        } else elements.push(value(depth + 1));
        space();
        if (text[at] === ',') {
          at += 1;
          space();
        }
      }
      at += 1;
      return first === '{'
        ? { kind: 'object', start, end: at, fields }
        : { kind: 'list', start, end: at, elements };
    }
    while (at < text.length && !',]} \n\r\t'.includes(text[at]!)) at += 1;
    return { kind: 'other', start, end: at };
  };
  return value(0);
}

/** The text with changes made, which must not overlap. */
export function applyChanges(text: string, changes: readonly Change[]): string {
  let result = '';
  let at = 0;
  for (const { start, end, text: own } of [...changes].sort((a, b) => a.start - b.start)) {
    if (start < at) throw new Error('changes overlap');
    result += text.slice(at, start) + own;
    at = end;
  }
  return result + text.slice(at);
}

/** Leaves the first elements of a list, at least one. */
export function keepElements(list: JsonPlace & { kind: 'list' }, count: number): Change[] {
  const last = list.elements[count - 1];
  if (last === undefined || count >= list.elements.length) return [];
  return [{ start: last.end, end: list.elements.at(-1)!.end, text: '' }];
}

/** Sets a field of an object: its value where it has the field, else a field behind the others. */
export function setField(object: JsonPlace & { kind: 'object' }, key: string, value: string): Change {
  // of a key that stands there twice, the last one counts
  const field = object.fields.findLast((one) => one.key === key);
  if (field !== undefined) return { start: field.value.start, end: field.value.end, text: value };
  const end = object.fields.at(-1)?.value.end ?? object.start + 1;
  const comma = object.fields.length > 0 ? ', ' : '';
  return { start: end, end, text: `${comma}${JSON.stringify(key)}: ${value}` };
}

/** All texts of a document that are values, not keys. */
export function* stringsOf(place: JsonPlace): Generator<JsonPlace> {
  if (place.kind === 'string') yield place;
  else if (place.kind === 'list') for (const element of place.elements) yield* stringsOf(element);
  else if (place.kind === 'object') for (const { value } of place.fields) yield* stringsOf(value);
}
