import { RE2JS, RE2JSSyntaxException } from 're2js';
import { messageOf } from '../errors.ts';
import type { Span } from './glob.ts';
import { type RegexRequirement, regexRequirement } from './regex-literals.ts';
import { type RegexNode, readRegex } from './regex-syntax.ts';
import type { Text } from './view.ts';

/** What stands after `re` in a field: `i` ignores case, `m` lets `^` and `$` match at lines, `s` lets `.` match `\n`. */
export interface RegexFlags {
  readonly i: boolean;
  readonly m: boolean;
  readonly s: boolean;
}

export type RegexResult = { readonly regex: Regex } | { readonly problem: string; readonly remedy: string };

/** Compiles a pattern for RE2, which matches in linear time and so leaves out some of what PCRE can do. */
export function compileRegex(pattern: string, flags: RegexFlags): RegexResult {
  try {
    return { regex: new Regex(pattern, flags) };
  } catch (error) {
    return explain(pattern, error);
  }
}

/** Instructions of a pattern above which a megabyte that suits it badly takes seconds. */
const slowSize = 1000;

/** Text searched for the place of a match at a time. */
const windowLength = 32_768;
const windowOverlap = 4_096;

let isTrusted = false;

/** Leaves the patterns that `read` makes uncompiled until they are matched: for files that hold no wrong one. */
export function trusting<Result>(read: () => Result): Result {
  const before = isTrusted;
  isTrusted = true;
  try {
    return read();
  } finally {
    isTrusted = before;
  }
}

export class Regex {
  readonly pattern: string;
  readonly flags: RegexFlags;
  readonly #isTrusted = isTrusted;
  #compiled: RE2JS | undefined;
  #understood: Understood | undefined;

  constructor(pattern: string, flags: RegexFlags) {
    this.pattern = pattern;
    this.flags = flags;
    if (!isTrusted) this.#engine.programSize();
  }

  /** Instructions of the compiled pattern: time a character grows with it at worst. */
  get size(): number {
    return this.#engine.programSize();
  }

  /** Whether it is so large that a text may make it slow; whoever loaded the pattern before was told. */
  get isLarge(): boolean {
    return !this.#isTrusted && this.size > slowSize;
  }

  /** Literals that every match holds, folded. */
  get requirement(): RegexRequirement {
    return this.#facts.requirement;
  }

  get #engine(): RE2JS {
    const { i, m, s } = this.flags;
    this.#compiled ??= RE2JS.compile(
      this.pattern,
      (i ? RE2JS.CASE_INSENSITIVE : 0) | (m ? RE2JS.MULTILINE : 0) | (s ? RE2JS.DOTALL : 0),
    );
    return this.#compiled;
  }

  get #facts(): Understood {
    this.#understood ??= understand(this.pattern, this.flags);
    return this.#understood;
  }

  test(text: Text): boolean {
    return this.#mayMatch(text) && this.#engine.test(this.#prepare(text.raw));
  }

  /**
   * Where the pattern matches. In a long text, where finding the exact place takes far longer than knowing that there
   * is one, a match is looked for in one window after another; undefined where none lies within a window.
   */
  find(text: Text): Span | undefined {
    if (!this.#mayMatch(text)) return undefined;
    const raw = this.#prepare(text.raw);
    if (raw.length <= windowLength) return this.#findIn(raw, 0);
    if (this.#facts.atTextEdge || !this.#engine.test(raw)) return undefined;
    for (let start = 0; start < raw.length; start += windowLength - windowOverlap) {
      const window = raw.slice(start, start + windowLength);
      const span = this.#engine.test(window) ? this.#findIn(window, start) : undefined;
      // what touches the edge of a window may match only because the text was cut there
      const whole = span !== undefined && (span[0] > start || start === 0);
      if (whole && (span[1] < start + window.length || span[1] === raw.length)) return span;
    }
    return undefined;
  }

  /**
   * Where a pattern ignores case, RE2 takes the long s and the Kelvin sign for variants of `s` and `k`. Everywhere
   * else here ASCII letters stand for ASCII letters alone, so letters of the same kind without variants replace them.
   */
  #prepare(text: string): string {
    if (!this.#facts.asciiCase || !/[\u017f\u212a]/.test(text)) return text;
    return text.replace(/\u017f/g, '\ua731').replace(/\u212a/g, '\u1d0b');
  }

  #findIn(text: string, offset: number): Span | undefined {
    const matcher = this.#engine.matcher(text);
    return matcher.find() ? [offset + matcher.start(), offset + matcher.end()] : undefined;
  }

  /** Whether the literals are there: a native search, which spares most texts the automaton. */
  #mayMatch(text: Text): boolean {
    const { guarded, requirement } = this.#facts;
    if (!guarded) return true;
    const { folded } = text;
    return requirement.some((literals) => literals.every((literal) => folded.includes(literal)));
  }
}

/** What is known of a pattern besides how to match it. */
interface Understood {
  readonly requirement: RegexRequirement;
  /** every alternative holds a literal */
  readonly guarded: boolean;
  readonly atTextEdge: boolean;
  readonly asciiCase: boolean;
}

function understand(pattern: string, flags: RegexFlags): Understood {
  const node = readRegex(pattern, flags.i, flags.m);
  const ignoresCase = flags.i || /\(\?\w*i/.test(pattern);
  const namesVariant = ignoresCase && /[\u017f\u212a]|\\x\{0*(?:17f|212a)\}/i.test(pattern);
  const requirement = node === undefined || namesVariant ? [[]] : regexRequirement(node);
  return {
    requirement,
    guarded: requirement.every((literals) => literals.length > 0),
    atTextEdge: node === undefined || touchesTextEdge(node),
    asciiCase: ignoresCase && !namesVariant,
  };
}

function touchesTextEdge(node: RegexNode): boolean {
  if (node.kind === 'boundary') return node.atTextEdge;
  if (node.kind === 'repeat') return touchesTextEdge(node.child);
  return 'children' in node && node.children.some(touchesTextEdge);
}

/** Constructs of PCRE by how they begin, longest first. */
const constructs: readonly (readonly [begins: string, name: string])[] = [
  ['(?<=', 'look-behind'],
  ['(?<!', 'negative look-behind'],
  ['(?=', 'look-ahead'],
  ['(?!', 'negative look-ahead'],
  ['(?>', 'atomic group'],
  ['(?#', 'comment'],
  ['(?(', 'conditional group'],
  ['(?|', 'branch reset'],
  ['(?P=', 'back-reference'],
  ['(?P>', 'recursion'],
  ['(?R', 'recursion'],
  ['(?&', 'recursion'],
  ['\\k', 'back-reference'],
  ['\\g', 'back-reference'],
  ['\\Z', "anchor (write '$')"],
  ['\\G', 'anchor'],
  ['\\K', 'match reset'],
  ['\\h', "class (write '[ \\t]')"],
  ['\\R', "class (write '\\r?\\n')"],
];

function explain(pattern: string, error: unknown): RegexResult {
  if (!(error instanceof RE2JSSyntaxException)) {
    return { problem: `pattern '${pattern}': ${messageOf(error)}`, remedy: 'simplify the pattern' };
  }
  const { error: cause, input } = error as { error?: string; input?: string | null };
  const piece = input ?? '';
  const remedy = 'patterns run on RE2, in linear time: write it without';
  if (/^\\[1-9]/.test(piece)) return { problem: `back-reference '${piece}' in '${pattern}'`, remedy };
  if (cause?.includes('repetition') && /[*+?}]\+$/.test(piece)) {
    return { problem: `possessive quantifier '${piece}' in '${pattern}'`, remedy };
  }
  // the engine's own excerpt may stop short: '(?P' for '(?P=name)'
  const known = constructs.find(([begins]) => piece.startsWith(begins));
  const longer = constructs.find(([begins]) => begins.startsWith(piece) && pattern.includes(begins));
  const found = known ?? (piece.length > 1 ? longer : undefined);
  if (found !== undefined) return { problem: `${found[1]} '${found[0]}' in '${pattern}'`, remedy };
  const place = piece === '' ? `pattern '${pattern}'` : `'${piece}' in '${pattern}'`;
  return { problem: `${place}: ${cause ?? messageOf(error)}`, remedy: 'correct the pattern (RE2 syntax)' };
}
