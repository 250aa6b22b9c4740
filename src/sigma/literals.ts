import { foldCase } from './fold.ts';
import type { Pattern } from './glob.ts';
import { both, either, type Requirement, type Terms } from './requirement.ts';
import type { Item, Node, Position, Value } from './value.ts';

/** A literal that must occur in a field of every event that a rule matches. */
export interface RequiredLiteral {
  /** absent for a keyword: the literal may stand in any field */
  readonly field?: string;
  /** folded (see `foldCase`): occurs in the folded text of the field */
  readonly text: string;
  readonly position: Position;
}

export interface LiteralOptions {
  /** combinations of alternatives to work out before leaving requirements out; a list of values always counts in full */
  readonly limit?: number;
  /**
   * Only ASCII in the literals, for a scanner of bytes that folds only A–Z: others are cut at what is not ASCII.
   */
  readonly ascii?: boolean;
  /**
   * What each literal says of the text that is scanned, where that is not the field itself: `/curl` at the end of
   * `Image` may only mean `curl` somewhere in a command. An empty list where it says nothing. Must imply no more
   * than the literal does.
   */
  readonly rewrite?: (literal: RequiredLiteral) => readonly RequiredLiteral[];
  /** the only field whose literals are wanted */
  readonly field?: string;
}

/**
 * What a prefilter may rely on: if the condition holds for an event, then in at least one of the alternatives every
 * literal occurs where it says. Undefined where the condition may hold without any literal. What is negated asks for
 * nothing.
 */
export function requiredLiterals(
  condition: Node,
  { limit = 256, ascii = false, rewrite = (literal) => [literal], field }: LiteralOptions = {},
): readonly (readonly RequiredLiteral[])[] | undefined {
  const result = requirementOf(condition, true, { limit, ascii, rewrite, field });
  return result.some((all) => all.length === 0) ? undefined : result;
}

type Literals = Requirement<RequiredLiteral>;
type Options = Required<Omit<LiteralOptions, 'field'>> & { readonly field: string | undefined };

const nothing: Literals = [[]];

const terms: Terms<RequiredLiteral> = {
  implies: (given, asked) => {
    if (asked.field !== undefined && asked.field !== given.field) return false;
    switch (asked.position) {
      case 'contains':
        return given.text.includes(asked.text);
      case 'startswith':
        return isFrom(given, 'startswith') && given.text.startsWith(asked.text);
      case 'endswith':
        return isFrom(given, 'endswith') && given.text.endsWith(asked.text);
      case 'equals':
        return given.position === 'equals' && given.text === asked.text;
    }
  },
  weight: (literal) => literal.text.length,
};

function isFrom({ position }: RequiredLiteral, end: Position): boolean {
  return position === end || position === 'equals';
}

/** @param wanted whether the piece is to hold, or (under a negation) not to */
function requirementOf(node: Node, wanted: boolean, options: Options): Literals {
  switch (node.kind) {
    case 'item':
      return itemRequirement(node, wanted, options);
    case 'not':
      return requirementOf(node.child, !wanted, options);
    case 'selection':
      return requirementOf(node.child, wanted, options);
    default: {
      const parts = node.children.map((child) => requirementOf(child, wanted, options));
      const all = (node.kind === 'and') === wanted;
      return all ? both(parts, terms, options.limit) : either(parts, terms);
    }
  }
}

function itemRequirement(item: Item, wanted: boolean, options: Options): Literals {
  if (wanted === item.negated || (options.field !== undefined && item.field !== options.field))
    return nothing;
  const parts = item.values.map((value) => valueRequirement(value, item.field, options));
  return item.every ? both(parts, terms, options.limit) : either(parts, terms);
}

function valueRequirement(value: Value, field: string | undefined, options: Options): Literals {
  switch (value.kind) {
    case 'text':
      return [patternLiterals(value.pattern, field, options)];
    case 'number': {
      const spellings = [...new Set([String(value.number), value.source])];
      const texts = field === undefined ? [value.source] : spellings;
      return either(
        texts.map((text) => [patternLiterals([text], field, options)]),
        terms,
      );
    }
    case 'boolean':
      return [patternLiterals([String(value.boolean)], field, options)];
    case 'any':
      return either(
        value.values.map((one) => valueRequirement(one, field, options)),
        terms,
      );
    case 'regex': {
      const { requirement } = value.regex;
      return either(
        requirement.map((texts) => [texts.flatMap((text) => literal(field, text, 'contains', options))]),
        terms,
      );
    }
    default:
      return nothing;
  }
}

function patternLiterals(
  pattern: Pattern,
  field: string | undefined,
  options: Options,
): readonly RequiredLiteral[] {
  const last = pattern.length - 1;
  return pattern.flatMap((part, index) => {
    if (typeof part !== 'string') return [];
    const starts = index === 0 && field !== undefined;
    const ends = index === last && field !== undefined;
    const position = starts ? (ends ? 'equals' : 'startswith') : ends ? 'endswith' : 'contains';
    return literal(field, foldCase(part), position, options);
  });
}

function literal(
  field: string | undefined,
  text: string,
  position: Position,
  { ascii, rewrite }: Options,
): readonly RequiredLiteral[] {
  if (text === '') return [];
  const named = field === undefined ? { text, position } : { field, text, position };
  return rewrite(named).flatMap((one) => (ascii ? asciiRuns(one) : [one]));
}

function asciiRuns(literal: RequiredLiteral): readonly RequiredLiteral[] {
  const runs = literal.text.match(/[\u0000-\u007f]+/g) ?? [];
  if (runs[0] === literal.text) return [literal];
  return runs.map((text) => ({ ...literal, text, position: 'contains' }));
}
