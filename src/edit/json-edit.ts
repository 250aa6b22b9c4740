import { applyChanges, type Change, type JsonPlace, keepElements, placesOf, setField } from './json-text.ts';
import { type MaskStyle, maskJson } from './mask-style.ts';
import { redactText } from './redact.ts';
import { type Redaction, type RowEdit, shortNeedle, UneditableRow } from './row-edit.ts';

/**
 * Changes a JSON text that holds the list of steps: the text itself, or what one of several paths in it leads to. Steps
 * are cut and masked first, then texts are replaced, everywhere but for short ones, which are replaced in their step.
 * @param paths names of fields; JSON text on the way is gone into
 */
export function editJson(
  text: string,
  paths: readonly (readonly string[])[],
  edit: RowEdit,
  style: MaskStyle | undefined,
): string {
  const needsSteps = edit.keep !== undefined || (edit.mask.length > 0 && style !== undefined);
  const shaped = needsSteps
    ? editSteps(text, paths, (list) => changesOfSteps(text, list, edit, style))
    : text;
  return redactJson(shaped, paths, edit);
}

/** Changes within the list of steps, which may lie in a text within the text. */
function editSteps(
  text: string,
  paths: readonly (readonly string[])[],
  change: (list: JsonPlace & { kind: 'list' }, text: string) => readonly Change[],
): string {
  const root = places(text);
  for (const path of paths) {
    const found = follow(text, root, path);
    if (found === undefined) continue;
    if ('inner' in found) {
      const { start, end } = found.at;
      const again = editSteps(found.inner, [found.rest], change);
      return again === found.inner ? text : applyChanges(text, [{ start, end, text: JSON.stringify(again) }]);
    }
    return applyChanges(text, change(stepListOf(found.at), text));
  }
  throw new UneditableRow('the list of steps is not found in the JSON text');
}

type Found =
  | { readonly at: JsonPlace }
  /** a text on the way that is JSON itself, and the rest of the way in it */
  | { readonly at: JsonPlace; readonly inner: string; readonly rest: readonly string[] };

function follow(text: string, root: JsonPlace, path: readonly string[]): Found | undefined {
  let at = root;
  for (let i = 0; ; i++) {
    if (at.kind === 'string') {
      const inner = JSON.parse(text.slice(at.start, at.end)) as string;
      return /^\s*[[{]/.test(inner) ? { at, inner, rest: path.slice(i) } : undefined;
    }
    if (i === path.length) return at.kind === 'other' ? undefined : { at };
    if (at.kind !== 'object') return undefined;
    // a key may hold the dots itself
    let next: JsonPlace | undefined;
    for (let end = i + 1; end <= path.length && next === undefined; end++) {
      const key = path.slice(i, end).join('.');
      next = at.fields.findLast((field) => field.key === key)?.value;
      if (next !== undefined) i = end - 1;
    }
    if (next === undefined) return undefined;
    at = next;
  }
}

/** The list itself; of a list that holds one list, that one. */
function stepListOf(place: JsonPlace): JsonPlace & { kind: 'list' } {
  if (place.kind !== 'list') throw new UneditableRow('the steps do not lie in one list');
  const lists = place.elements.filter(({ kind }) => kind === 'list');
  if (lists.length === 0) return place;
  const [only] = place.elements;
  if (place.elements.length !== 1 || only?.kind !== 'list')
    throw new UneditableRow('the steps lie in several lists');
  return only;
}

function changesOfSteps(
  _text: string,
  list: JsonPlace & { kind: 'list' },
  { keep, mask }: RowEdit,
  style: MaskStyle | undefined,
): Change[] {
  const changes = keep === undefined ? [] : keepElements(list, keep);
  if (keep !== undefined && keep > list.elements.length)
    throw new UneditableRow('the steps do not lie in one list');
  if (style === undefined) return changes;
  for (const step of mask) {
    const element = list.elements[step];
    if (element?.kind !== 'object') throw new UneditableRow(`step ${step} is no object that can be marked`);
    changes.push(setField(element, style.field, maskJson(style, style.masked)));
  }
  return changes;
}

/**
 * Replaces texts: all of a step's in that step, then the long ones everywhere. Each must be found in its step, or, where
 * steps cannot be told apart, anywhere.
 */
function redactJson(text: string, paths: readonly (readonly string[])[], { redact }: RowEdit): string {
  const found = redact.map(() => 0);
  const replaceIn = (part: string, needles: readonly Redaction[]) => {
    const { text: again, counts } = redactText(part, needles, true);
    for (const [index, count] of counts.entries()) found[redact.indexOf(needles[index]!)]! += count;
    return again;
  };
  let result = text;
  for (const step of new Set(redact.map((one) => one.step))) {
    const own = redact.filter((one) => one.step === step);
    try {
      result = editSteps(result, paths, (list, within) => {
        const element = list.elements[step];
        if (element === undefined) return [];
        const { start, end } = element;
        return [{ start, end, text: replaceIn(within.slice(start, end), own) }];
      });
    } catch (error) {
      const isShort = own.some(({ text: needle }) => needle.length < shortNeedle);
      if (isShort || !(error instanceof UneditableRow)) throw error;
    }
  }
  const long = redact.filter(({ text: needle }) => needle.length >= shortNeedle);
  result = replaceIn(result, long);
  if (found.includes(0)) throw new UneditableRow('what is to be redacted is not found as it was read');
  return result;
}

function places(text: string): JsonPlace {
  try {
    return placesOf(text);
  } catch {
    throw new UneditableRow('the steps are no JSON text');
  }
}
