import type { Field } from '../shell/state.ts';

/** Which options of a program take a value, as its manual says. */
export interface OptionSpec {
  /** letters whose value follows, attached or as the next word */
  readonly short?: string;
  /** long names (without dashes) whose value is the next word when it is not attached with `=` */
  readonly long?: ReadonlySet<string>;
  /** long names that take two words */
  readonly pairs?: ReadonlySet<string>;
  /** options end at the first operand: what follows belongs to another command */
  readonly leading?: boolean;
  /** `-name value` with one dash, as `find` and `java` have it: names of those that take a value */
  readonly single?: ReadonlySet<string>;
}

/** An option as it was given. */
export interface Option {
  /** without dashes */
  readonly name: string;
  readonly value?: Field;
}

/** The words of a command told apart. */
export interface Words {
  readonly options: readonly Option[];
  readonly operands: readonly Field[];
  /** index in argv of the first operand, or the length of argv */
  readonly first: number;
}

/** Names for a table: `names('user group')`. */
export function names(text: string): ReadonlySet<string> {
  return new Set(text.split(/\s+/).filter(Boolean));
}

/** Tells options, their values and operands apart, from a word of argv on. */
export function readWords(argv: readonly Field[], spec: OptionSpec, from = 1): Words {
  const options: Option[] = [];
  const operands: Field[] = [];
  let first = argv.length;
  let at = from;
  for (; at < argv.length; at += 1) {
    const field = argv[at]!;
    const { text } = field;
    if (text === '--') {
      if (first === argv.length) first = at + 1;
      operands.push(...argv.slice(at + 1));
      break;
    }
    if (text.length < 2 || text.charCodeAt(0) !== 45) {
      if (first === argv.length) first = at;
      if (spec.leading === true) {
        operands.push(...argv.slice(at));
        break;
      }
      operands.push(field);
      continue;
    }
    if (spec.single?.has(text.slice(1)) === true) {
      at += 1;
      options.push(withValue(text.slice(1), argv[at]));
    } else if (text.charCodeAt(1) === 45) {
      at += longOption(argv, at, spec, options);
    } else {
      at += shortOptions(argv, at, spec, options);
    }
  }
  return { options, operands, first: Math.min(first, argv.length) };
}

function longOption(argv: readonly Field[], at: number, spec: OptionSpec, into: Option[]): number {
  const { text, start, end } = argv[at]!;
  const equals = text.indexOf('=');
  if (equals > 0) {
    into.push({ name: text.slice(2, equals), value: { text: text.slice(equals + 1), start, end } });
    return 0;
  }
  const name = text.slice(2);
  if (spec.pairs?.has(name) === true) {
    into.push(withValue(name, argv[at + 1]));
    return 2;
  }
  if (spec.long?.has(name) !== true) {
    into.push({ name });
    return 0;
  }
  into.push(withValue(name, argv[at + 1]));
  return 1;
}

/** `-fNR 80:h:80`: letters in one word; the rest of the word, or the next word, is the value of the last. */
function shortOptions(argv: readonly Field[], at: number, spec: OptionSpec, into: Option[]): number {
  const { text, start, end } = argv[at]!;
  for (let letter = 1; letter < text.length; letter += 1) {
    const name = text[letter]!;
    if (spec.short?.includes(name) !== true) {
      into.push({ name });
      continue;
    }
    if (letter + 1 < text.length) {
      const rest = text.slice(letter + 1);
      into.push({ name, value: { text: rest, start, end } });
      return 0;
    }
    into.push(withValue(name, argv[at + 1]));
    return 1;
  }
  return 0;
}

function withValue(name: string, value: Field | undefined): Option {
  return value === undefined ? { name } : { name, value };
}

/** The value of the last of these options that has one. */
export function optionValue(words: Words, ...wanted: readonly string[]): Field | undefined {
  for (let at = words.options.length - 1; at >= 0; at -= 1) {
    const option = words.options[at]!;
    if (option.value !== undefined && wanted.includes(option.name)) return option.value;
  }
  return undefined;
}

/** All values of these options, in order. */
export function optionValues(words: Words, ...wanted: readonly string[]): Field[] {
  const output: Field[] = [];
  for (const option of words.options) {
    if (option.value !== undefined && wanted.includes(option.name)) output.push(option.value);
  }
  return output;
}

/** True when any of these options is given. */
export function has(words: Words, ...wanted: readonly string[]): boolean {
  return words.options.some((option) => wanted.includes(option.name));
}
