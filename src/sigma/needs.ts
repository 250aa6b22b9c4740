import { escapeRegExp } from '../escape-reg-exp.ts';
import { foldCase } from './fold.ts';
import type { RequiredLiteral } from './literals.ts';
import { type RegexNode, readRegex } from './regex-syntax.ts';
import type { Item, Node, Value } from './value.ts';

/**
 * What must hold of the fields of every event that a rule matches, as a tree: unlike the literals of
 * `requiredLiterals` nothing is left out for want of room, so it says more, and takes longer to ask.
 */
export type Need =
  /** asks for nothing */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'literal'; readonly literal: RequiredLiteral; readonly times: number }
  /** somewhere in the field stands text of this form; `source` is for `RegExp`, has no variable length, ignores case */
  | { readonly kind: 'form'; readonly field: string; readonly source: string; readonly times: number }
  /** the field begins with slashes behind which no name stands, or with the letter of a drive */
  | { readonly kind: 'place'; readonly field: string; readonly place: Place }
  | { readonly kind: 'all' | 'any'; readonly needs: readonly Need[] };

export type Place = 'root' | 'drive';

const nothing: Need = { kind: 'nothing' };

/** What a condition needs. What is negated asks for nothing. */
export function needOf(node: Node, wanted = true): Need {
  switch (node.kind) {
    case 'item':
      return wanted === node.negated ? nothing : needOfItem(node);
    case 'not':
      return needOf(node.child, !wanted);
    case 'selection':
      return needOf(node.child, wanted);
    default: {
      const needs = node.children.map((child) => needOf(child, wanted));
      return (node.kind === 'and') === wanted ? all(needs) : any(needs);
    }
  }
}

function needOfItem({ values, field, every }: Item): Need {
  if (field === undefined) return nothing; // a keyword, which may stand anywhere
  const needs = values.map((value) => needOfValue(value, field));
  return every ? all(needs) : any(needs);
}

function needOfValue(value: Value, field: string): Need {
  switch (value.kind) {
    case 'text': {
      const last = value.pattern.length - 1;
      return all(
        value.pattern.map((part, index) => {
          if (typeof part !== 'string' || part === '') return nothing;
          const starts = index === 0;
          const ends = index === last;
          const position = starts ? (ends ? 'equals' : 'startswith') : ends ? 'endswith' : 'contains';
          return { kind: 'literal', literal: { field, text: foldCase(part), position }, times: 1 };
        }),
      );
    }
    case 'any':
      return any(value.values.map((one) => needOfValue(one, field)));
    case 'regex': {
      const { pattern, flags } = value.regex;
      const node = readRegex(pattern, flags.i, flags.m);
      // letters beyond ASCII have variants of which the literals know nothing
      return node === undefined || /[^\u0000-\u007f]|\\x/.test(pattern) ? nothing : needOfRegex(node, field);
    }
    default:
      return nothing;
  }
}

/** Repetitions that are written out. */
const longestRepeat = 16;

/** Characters that may stand otherwise, or not at all, in the text that a field comes from. */
const fleeting = /[\s'"`\\]/;

function needOfRegex(node: RegexNode, field: string): Need {
  switch (node.kind) {
    case 'sequence':
      return needOfSequence(node.children, field);
    case 'choice':
      return any(node.children.map((child) => needOfRegex(child, field)));
    case 'repeat': {
      if (node.min === 0) return nothing;
      const need = needOfRegex(node.child, field);
      return node.min === 1 ? need : repeated(need, node.min);
    }
    default:
      return needOfSequence([node], field);
  }
}

/** Each time the child matches, its own text is there once more; where it has alternatives nobody knows which. */
function repeated(need: Need, times: number): Need {
  if (need.kind === 'literal' || need.kind === 'form') return { ...need, times: need.times * times };
  return need.kind === 'all' ? all(need.needs.map((one) => repeated(one, times))) : need;
}

/**
 * Pieces of fixed form become one need each, what is between them one of its own. A piece is of letters and digits or
 * of signs: where the two meet a value may have been put together.
 */
function needOfSequence(children: readonly RegexNode[], field: string): Need {
  const needs: Need[] = [];
  let piece: Unit[] = [];
  const endPiece = () => {
    needs.push(needOfPiece(piece, field));
    piece = [];
  };
  const roots = rootsOf(children);
  if (roots !== undefined) {
    const literals = roots.map(
      (text): Need => ({ kind: 'literal', literal: { field, text, position: 'startswith' }, times: 1 }),
    );
    needs.push(any(literals));
  }
  const place = placeOf(children);
  if (place !== undefined) needs.push({ kind: 'place', field, place });
  for (const child of children) {
    if (child.kind === 'boundary') continue;
    const { child: one, min, max } = child.kind === 'repeat' ? child : { child, min: 1, max: 1 };
    const unit = unitOf(one);
    if (unit === undefined || min === 0) {
      endPiece();
      if (min > 0) needs.push(child === one ? needOfPart(one, field) : needOfRegex(child, field));
      continue;
    }
    if (piece.length > 0 && piece[0]!.isWord !== unit.isWord) endPiece();
    const count = Math.min(min, longestRepeat);
    for (let i = 0; i < count; i++) piece.push(unit);
    if (max !== count) endPiece();
  }
  endPiece();
  return all(needs);
}

/** The first names of the paths that a pattern matches which begins `^/name`, each with its slash. */
function rootsOf([first, slash, next, ...others]: readonly RegexNode[]): string[] | undefined {
  if (first?.kind !== 'boundary' || !first.atTextEdge || next === undefined) return undefined;
  if (!isCharacter(slash, '/')) return undefined;
  const branches =
    next.kind === 'choice' ? next.children : [{ kind: 'sequence' as const, children: [next, ...others] }];
  const names = branches.map((branch) => {
    let name = '';
    for (const node of branch.kind === 'sequence' ? branch.children : [branch]) {
      const unit = unitOf(node);
      if (unit?.text === undefined || !unit.isWord) break;
      name += unit.text;
    }
    return name;
  });
  return names.every((name) => name.length > 1) ? names.map((name) => `/${name}`) : undefined;
}

/** Where the paths lie that a pattern matches which begins `^/` without a name behind it, or `^[A-Z]:`. */
function placeOf([first, head, ...rest]: readonly RegexNode[]): Place | undefined {
  if (first?.kind !== 'boundary' || !first.atTextEdge || head === undefined) return undefined;
  if (head.kind === 'class' && isCharacter(rest[0], ':')) return 'drive';
  const slash = head.kind === 'repeat' && head.min > 0 ? head.child : head;
  return isCharacter(slash, '/') && !mayGoOnWithName(rest) ? 'root' : undefined;
}

function isCharacter(node: RegexNode | undefined, character: string): boolean {
  return node?.kind === 'characters' && node.characters.join() === character;
}

/** Whether the first character of what some nodes match may be one of a name: not one of `*.[{/`, and not the end. */
function mayGoOnWithName([node, ...rest]: readonly RegexNode[]): boolean {
  switch (node?.kind) {
    case 'boundary':
      return !node.atTextEdge;
    case 'characters':
      return node.characters.some((one) => !/[*.[{/]/.test(one));
    case 'sequence':
      return mayGoOnWithName([...node.children, ...rest]);
    case 'choice':
      return node.children.some((child) => mayGoOnWithName([child, ...rest]));
    case 'repeat':
      return mayGoOnWithName([node.child, ...rest]) || (node.min === 0 && mayGoOnWithName(rest));
    default:
      return true;
  }
}

function needOfPart(node: RegexNode, field: string): Need {
  return node.kind === 'sequence' || node.kind === 'choice' || node.kind === 'repeat'
    ? needOfRegex(node, field)
    : nothing;
}

/** One character as the source of a regular expression, and as text where only one is meant. */
interface Unit {
  readonly source: string;
  readonly text: string | undefined;
  /** a letter, a digit, `_`, `.` or `-` */
  readonly isWord: boolean;
}

function unitOf(node: RegexNode): Unit | undefined {
  if (node.kind === 'class') {
    const isWord = !/[/+=:@%,]/.test(node.source);
    return { source: node.source, text: undefined, isWord };
  }
  if (node.kind !== 'characters' || node.characters.some((one) => fleeting.test(one))) return undefined;
  const folded = [...new Set(node.characters.map(foldCase))];
  const isWord = folded.map((one) => /[\w.-]/.test(one));
  if (isWord.includes(!isWord[0])) return undefined;
  const source = folded.map(escapeRegExp).join('|');
  return {
    source: folded.length === 1 ? source : `(?:${source})`,
    text: folded.length === 1 ? folded[0] : undefined,
    isWord: isWord[0]!,
  };
}

function needOfPiece(piece: readonly Unit[], field: string): Need {
  if (piece.length === 0) return nothing;
  if (piece.every(({ text }) => text !== undefined)) {
    const text = piece.map((unit) => unit.text).join('');
    return { kind: 'literal', literal: { field, text, position: 'contains' }, times: 1 };
  }
  // any one of many characters is nearly everywhere
  if (piece.length === 1) return nothing;
  return { kind: 'form', field, source: piece.map(({ source }) => source).join(''), times: 1 };
}

function all(needs: readonly Need[]): Need {
  const asking = needs.filter(({ kind }) => kind !== 'nothing');
  return asking.length === 0 ? nothing : asking.length === 1 ? asking[0]! : { kind: 'all', needs: asking };
}

function any(needs: readonly Need[]): Need {
  if (needs.some(({ kind }) => kind === 'nothing')) return nothing;
  return needs.length === 1 ? needs[0]! : { kind: 'any', needs };
}
