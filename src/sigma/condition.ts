import { suggestion } from '../suggest.ts';
import { lineOfWord, type ScalarNode } from './document.ts';
import type { Reporter } from './problems.ts';

/** A condition as it is written, names not yet looked up. */
export type Expression =
  | { readonly kind: 'and' | 'or'; readonly children: readonly Expression[] }
  | { readonly kind: 'not'; readonly child: Expression }
  | { readonly kind: 'name'; readonly name: string; readonly line: number }
  | {
      readonly kind: 'selector';
      readonly quantifier: '1' | 'any' | 'all';
      /** a name, perhaps with `*`, or `them` */
      readonly pattern: string;
      readonly line: number;
    };

/** Words that have a meaning of their own in a condition. */
export const conditionWords: readonly string[] = ['and', 'or', 'not', 'of', 'them', '1', 'any', 'all'];

const quantifiers: readonly string[] = ['1', 'any', 'all'];
/** Brackets and nots within each other. */
const depthLimit = 200;

interface Word {
  readonly text: string;
  /** how many times the same text stood before */
  readonly occurrence: number;
}

export interface ConditionOptions {
  /** what names there are, for suggestions */
  readonly names: readonly string[];
  /** whether `1 of x*` may be used: not in correlations */
  readonly selectors: boolean;
}

class ConditionError extends Error {
  readonly word: Word | undefined;
  readonly remedy: string | undefined;

  constructor(message: string, word: Word | undefined, remedy?: string) {
    super(message);
    this.word = word;
    this.remedy = remedy;
  }
}

/** Parses a condition: `or` binds least, then `and`, then `not`, then `1 of`. Undefined where it has an error. */
export function parseCondition(
  node: ScalarNode,
  options: ConditionOptions,
  reporter: Reporter,
): Expression | undefined {
  const text = node.text;
  const pipe = text.indexOf('|');
  if (pipe >= 0) {
    const remedy = 'write it as a correlation rule (event_count, value_count, temporal)';
    const message = `aggregation '${text.slice(pipe).trim()}' in a condition is Sigma v1`;
    reporter.error('sigma-aggregation', message, lineOfWord(node, '|', 0), remedy);
    return undefined;
  }
  const lineOf = (word: Word) => lineOfWord(node, word.text, word.occurrence);
  try {
    return new ConditionParser(text, options, lineOf).parse();
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error;
    const line = error.word === undefined ? node.line : lineOf(error.word);
    reporter.error(
      'sigma-bad-condition',
      `${error.message} in condition '${text.trim()}'`,
      line,
      error.remedy,
    );
    return undefined;
  }
}

class ConditionParser {
  readonly #words: readonly Word[];
  readonly #options: ConditionOptions;
  readonly #lineOf: (word: Word) => number;
  #at = 0;
  #depth = 0;

  constructor(text: string, options: ConditionOptions, lineOf: (word: Word) => number) {
    this.#words = splitWords(text);
    this.#options = options;
    this.#lineOf = lineOf;
  }

  parse(): Expression {
    if (this.#words.length === 0) throw new ConditionError('no words', undefined);
    const expression = this.#or();
    const extra = this.#words[this.#at];
    if (extra === undefined) return expression;
    if (extra.text === ')') throw new ConditionError("')' without '('", extra);
    const { names } = this.#options;
    const remedy = suggestion(extra.text, ['and', 'or'], "join selections with 'and' or 'or'");
    const noun = names.includes(extra.text) ? 'selection' : 'word';
    throw new ConditionError(`unexpected ${noun} '${extra.text}'`, extra, remedy);
  }

  #or(): Expression {
    const children = [this.#and()];
    while (this.#take('or')) children.push(this.#and());
    return children.length === 1 ? children[0]! : { kind: 'or', children };
  }

  #and(): Expression {
    const children = [this.#not()];
    while (this.#take('and')) children.push(this.#not());
    return children.length === 1 ? children[0]! : { kind: 'and', children };
  }

  #not(): Expression {
    if (!this.#take('not')) return this.#operand();
    this.#deepen();
    const child = this.#not();
    this.#depth--;
    return { kind: 'not', child };
  }

  #operand(): Expression {
    const word = this.#words[this.#at];
    if (word === undefined) throw new ConditionError(`nothing after '${this.#last()}'`, this.#words.at(-1));
    this.#at++;
    if (word.text === '(') {
      this.#deepen();
      const inner = this.#or();
      this.#depth--;
      if (!this.#take(')')) throw new ConditionError("'(' without ')'", word);
      return inner;
    }
    if (this.#next() === 'of') return this.#selector(word);
    const lower = word.text.toLowerCase();
    if (word.text === ')' || ['and', 'or', 'of'].includes(lower)) {
      throw new ConditionError(`'${word.text}' where a selection is expected`, word);
    }
    return { kind: 'name', name: word.text, line: this.#lineOf(word) };
  }

  #selector(quantifier: Word): Expression {
    const text = quantifier.text.toLowerCase();
    if (!this.#options.selectors) {
      throw new ConditionError(
        `'${quantifier.text} of' of a selection`,
        quantifier,
        'name the rules themselves',
      );
    }
    if (!quantifiers.includes(text)) {
      const fallback = "write '1 of', 'any of' or 'all of'";
      const remedy = /^\d+$/.test(text) ? fallback : suggestion(text, quantifiers, fallback);
      throw new ConditionError(`unknown quantifier '${quantifier.text} of'`, quantifier, remedy);
    }
    this.#at++;
    const pattern = this.#words[this.#at];
    if (pattern === undefined || pattern.text === '(' || pattern.text === ')') {
      throw new ConditionError(
        `'${quantifier.text} of' without a name`,
        quantifier,
        "add a name, 'name*' or 'them'",
      );
    }
    this.#at++;
    return {
      kind: 'selector',
      quantifier: text as '1' | 'any' | 'all',
      pattern: pattern.text,
      line: this.#lineOf(pattern),
    };
  }

  #next(): string | undefined {
    return this.#words[this.#at]?.text.toLowerCase();
  }

  #take(word: string): boolean {
    if (this.#next() !== word) return false;
    this.#at++;
    return true;
  }

  #last(): string {
    return this.#words[this.#at - 1]?.text ?? '';
  }

  #deepen(): void {
    if (++this.#depth > depthLimit) {
      throw new ConditionError(
        `more than ${depthLimit} brackets or nots within each other`,
        this.#words[this.#at],
      );
    }
  }
}

function splitWords(text: string): Word[] {
  const seen = new Map<string, number>();
  return (text.match(/[()]|[^\s()]+/g) ?? []).map((word) => {
    const occurrence = seen.get(word) ?? 0;
    seen.set(word, occurrence + 1);
    return { text: word, occurrence };
  });
}
