import { meetsKeyword } from './compile.ts';
import { literalOf, type Pattern } from './glob.ts';
import { parseAddress } from './network.ts';
import type { Item, Value } from './value.ts';
import { compileShape, compileValue, numberOf, type ValueTest } from './value-test.ts';
import type { EventView, Text } from './view.ts';

/** Values and characters of the event that a reason quotes. */
const valueLimit = 3;
const excerptLength = 80;

/** Why a line of a rule does not hold, for people: what is missing, and what came near. */
export function whyNot(item: Item, values: readonly ValueTest[], view: EventView): string {
  if (item.negated) return 'the value is there, and must not be';
  if (item.field === undefined) return whyNoKeyword(item, values, view);
  const texts = view.texts(item.field);
  const only = values[0]!.value;
  if (values.length === 1 && only.kind === 'exists') {
    return only.expected ? `the event has no ${item.field}` : `the event has ${item.field}`;
  }
  if (!view.has(item.field)) return `the event has no ${item.field}`;
  if (texts.length === 0) return `${item.field} is null`;
  if (item.every && values.length > 1) {
    const missing = values.filter((value) => !value.field(view, item.field!));
    const met = values.length - missing.length;
    const list = quoteAll(missing.map(({ value }) => value.source));
    return `${met} of ${values.length} values are there; missing ${list}${near(missing, texts)}`;
  }
  return `${item.field} is ${excerpts(texts)}${near(values, texts)}`;
}

function whyNoKeyword(item: Item, values: readonly ValueTest[], view: EventView): string {
  const missing = values.filter((value) => {
    return !view.fieldNames.some((field) => view.texts(field).some((text) => meetsKeyword(text, value)));
  });
  const list = quoteAll(missing.map(({ value }) => value.source));
  if (!item.every || values.length === 1) return `no field has ${list}`;
  return `${values.length - missing.length} of ${values.length} keywords are there; missing ${list}`;
}

/** What came near, of the first value that did. */
function near(values: readonly ValueTest[], texts: readonly Text[]): string {
  for (const { value } of values) {
    for (const text of texts) {
      const reason = nearMiss(value, text);
      if (reason !== undefined) return `; ${reason}`;
    }
  }
  return '';
}

function nearMiss(value: Value, text: Text): string | undefined {
  switch (value.kind) {
    case 'text': {
      if (value.cased && compileValue({ ...value, cased: false }, false).text!(text)) {
        return `'${value.source}' is there in another case`;
      }
      return misplaced(value.pattern, value.source, text);
    }
    case 'any':
      return value.values.map((one) => nearMiss(one, text)).find((reason) => reason !== undefined);
    case 'regex': {
      const [literals, ...others] = value.regex.requirement;
      const missing = literals?.find((literal) => !text.folded.includes(literal));
      if (others.length > 0 || missing === undefined) return undefined;
      return `the pattern needs '${missing}'`;
    }
    case 'network':
      if (parseAddress(text.raw) === undefined) return 'which is no IP address';
      return `which is outside ${value.source}`;
    case 'comparison':
      if (value.part === undefined && numberOf(text) === undefined) return 'which is no number';
      return `asked for ${value.part ?? ''} ${value.comparison} ${value.number}`.replace('  ', ' ');
    default:
      return undefined;
  }
}

/** The literals of a pattern are all there, but not where they must stand. */
function misplaced(pattern: Pattern, source: string, text: Text): string | undefined {
  const literals = pattern.filter((part) => typeof part === 'string');
  const shape = compileShape(pattern, false);
  if (literals.length === 0 || shape.kind === 'contains' || shape.kind === 'any') return undefined;
  const found = literals.every((literal) => {
    const alone = compileShape([literal], false);
    return 'literal' in alone && text.folded.includes(alone.literal);
  });
  if (!found || literalOf(literals).length < 2) return undefined;
  const place = {
    equals: 'as the whole',
    startswith: 'at the start',
    endswith: 'at the end',
    glob: 'in that order',
  };
  return `'${source}' is there, but not ${place[shape.kind]}`;
}

function excerpts(texts: readonly Text[]): string {
  const shown = texts.slice(0, valueLimit).map(({ raw }) => {
    return JSON.stringify(raw.length > excerptLength ? `${raw.slice(0, excerptLength)}…` : raw);
  });
  return shown.join(', ') + (texts.length > valueLimit ? ', …' : '');
}

function quoteAll(texts: readonly string[]): string {
  const shown = texts.slice(0, valueLimit).map((text) => `'${text}'`);
  return shown.join(', ') + (texts.length > valueLimit ? `, … (${texts.length})` : '');
}
