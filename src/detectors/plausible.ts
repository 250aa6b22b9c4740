import { bare, mayBeCommand } from '../actions/index.ts';
import type { Word } from '../prefilter/automaton.ts';
import { type CompiledRule, foldCase, type Need, type RequiredLiteral } from '../sigma/index.ts';
import { isHiddenNamed, mayBeRooted, mayNameDrive, mayNameHome, mayNameRoot } from './path-place.ts';
import { wordsOf } from './requirements.ts';

/** `4755`, `0o4755`, `u+s,g-w`, also behind the name of an option: `-m4755`. */
const modeForm = /(?:0o)?[0-7]{3,6}|[ugoa]{0,4}[-+=][rwxstugo]+(?:,[ugoa]{0,4}[-+=][rwxstugo]*)*/g;

const editorCommand = /"command"\s*:\s*"(?:str_replace|create|insert|undo_edit|view)"/g;

/** Numbers of the questions that tests ask of a text, by what they ask: rules that ask the same share the answer. */
const questions = new Map<string, number>();

/** By number of the question: which text was asked last, and twice that plus one where the answer was yes. */
let answers = new Float64Array(1024);
let textCount = 0;

/** A text that a rule may have something to say about, with what was asked of it before. */
export class SearchedText {
  readonly #number: number;
  readonly #text: () => string;
  readonly #stood: ((word: number) => boolean) | undefined;
  #raw: string | undefined;
  #bare: string | undefined;
  #modes: string | undefined;
  #code: string | undefined;

  /**
   * @param text is asked for where the words that stood in it do not tell
   * @param stood whether a word of the prefilter, by its number, stood in it
   */
  constructor(text: () => string, stood?: (word: number) => boolean) {
    this.#text = text;
    this.#stood = stood;
    textCount += 1;
    this.#number = textCount;
  }

  /** folded; quotes and backslashes as they stand */
  get raw(): string {
    this.#raw ??= foldCase(this.#text());
    return this.#raw;
  }

  /** without them */
  get bare(): string {
    this.#bare ??= bare(this.raw);
    return this.#bare;
  }

  /** Whether a word of the prefilter stands in it; undefined where that is not known. */
  stood(word: number): boolean | undefined {
    return this.#stood?.(word);
  }

  /** what may be a file mode, with a blank between one and the next */
  get modes(): string {
    this.#modes ??= (this.bare.match(modeForm) ?? []).join(' ');
    return this.#modes;
  }

  /** `bare` without what tells an editor what to do: its `str_replace` is no call in code */
  get code(): string {
    this.#code ??= this.raw.includes('"command"') ? bare(this.raw.replace(editorCommand, '')) : this.bare;
    return this.#code;
  }

  /** The answer to a question by its number, worked out once as long as no other text is asked it in between. */
  ask(question: number, test: Test): boolean {
    const known = answers[question]! - 2 * this.#number;
    if (known === 0 || known === 1) return known === 1;
    const answer = test(this);
    answers[question] = 2 * this.#number + (answer ? 1 : 0);
    return answer;
  }
}

/** Fields that hold text of a call as it was written, but for its quotes and blanks. */
const writtenFields = new Set(['CommandLine', 'Arguments', 'Contents', 'Value']);

type Test = (text: SearchedText) => boolean;

/** The number that the prefilter gives to a word; undefined where it does not look for it. */
export type NumberOf = (word: Word) => number | undefined;

/**
 * Whether a rule may match what a tool call does, by the text of the call: a closer look at what the prefilter found,
 * before anything is parsed. It never says no to a text that the rule would match, as long as the text hides no words.
 * Tests are made when they are first asked for: most rules are never looked at that closely.
 */
export function plausibility(rule: CompiledRule, numberOf: NumberOf = () => undefined): Test {
  let test: Test | undefined;
  return (text) => {
    test ??= testOf(rule.need(), numberOf);
    return test(text);
  };
}

const always: Test = () => true;

function testOf(need: Need, numberOf: NumberOf): Test {
  switch (need.kind) {
    case 'nothing':
      return always;
    case 'literal':
      return literalTest(need.literal, need.times, numberOf);
    case 'form':
      if (need.field === 'Mode') return modeTest(new RegExp(need.source, 'i'));
      // of a path a name is written as it is, not where it lies
      if ((need.field === 'TargetFilename' || need.field === 'Image') && !need.source.includes('/'))
        return formTest(need.source, need.times);
      return writtenFields.has(need.field) ? formTest(need.source, need.times) : always;
    case 'place': {
      if (need.field !== 'TargetFilename') return always;
      const isNamed = need.place === 'root' ? mayNameRoot : mayNameDrive;
      return askTest(`place ${need.place}`, (text) => isNamed(text.bare));
    }
    default: {
      const tests = need.needs.map((one) => testOf(one, numberOf));
      if (need.kind === 'all') {
        const asking = tests.filter((test) => test !== always);
        return allOf(asking);
      }
      return tests.includes(always) ? always : anyOf(tests);
    }
  }
}

// loops instead of `every` and `some`, which would make a function for each text
function allOf(tests: readonly Test[]): Test {
  if (tests.length <= 1) return tests[0] ?? always;
  return (text) => {
    for (const test of tests) if (!test(text)) return false;
    return true;
  };
}

function anyOf(tests: readonly Test[]): Test {
  return (text) => {
    for (const test of tests) if (test(text)) return true;
    return false;
  };
}

function literalTest(literal: RequiredLiteral, times: number, numberOf: NumberOf): Test {
  const { field, text, position } = literal;
  if (field === undefined) return always;
  if (field === 'Mode') return modeTest(text);
  if (field === 'Name') return nameTest(literal);
  if (field === 'TargetFilename' && text === '~') return askTest('home', ({ bare }) => mayNameHome(bare));
  const tests = wordsOf(literal, false).map((word) => wordTest(word, times, numberOf(word)));
  if (field === 'Image' && (position === 'endswith' || position === 'equals')) {
    const name = text.slice(text.lastIndexOf('/') + 1);
    if (text.includes('/') && /^[a-z\d][a-z\d_.-]*$/.test(name)) tests.push(commandTest(name));
  }
  if (field === 'TargetFilename' && position === 'startswith') {
    const root = /^\/([\w-]{2,})/.exec(text);
    if (root !== null)
      tests.push(askTest(`root ${root[1]!}`, (searched) => mayBeRooted(searched.bare, root[1]!)));
  }
  if (text.includes('/.') && (field === 'Image' || field === 'TargetFilename' || writtenFields.has(field)))
    tests.push(askTest('hidden', (searched) => isHiddenNamed(searched.bare)));
  if (writtenFields.has(field)) {
    for (const [signs] of text.matchAll(/[^\w.\-\s'"`\\\u0080-\uffff]+/g))
      tests.push(countTest(signs, times));
    if (/^\s*['"`]\s*$/.test(text)) tests.push(rawTest(text.trim()));
  }
  return allOf(tests);
}

/** A mode is written as it is, but for calls in code, which may work it out. */
function modeTest(piece: string | RegExp): Test {
  const worksOut = askTest('mode', ({ bare: text }) =>
    /chmod\w*\s*\(|s_i[sr]|\$\(\(|cap|acl|chattr|chflags/.test(text),
  );
  return (text) =>
    worksOut(text) || (typeof piece === 'string' ? text.modes.includes(piece) : piece.test(text.modes));
}

/** A test whose answer rules share, by a name of its own. */
function askTest(question: string, test: Test): Test {
  const number = questions.get(question) ?? questions.size;
  questions.set(question, number);
  if (number >= answers.length) {
    const more = new Float64Array(2 * answers.length);
    more.set(answers);
    answers = more;
  }
  return (text) => text.ask(number, test);
}

/** @param number of the word in the prefilter, which has looked for it */
function wordTest(word: Word, times: number, number: number | undefined): Test {
  const counted = countTest(word.text, times);
  if (number === undefined) return counted;
  return (text) => {
    const stood = text.stood(number);
    return stood === undefined || (stood && times > 1) ? counted(text) : stood;
  };
}

function countTest(piece: string, times: number): Test {
  return askTest(`word ${piece}\0${times}`, (text) => stands(text.bare, piece, times));
}

/**
 * The name of something that code calls, `time.sleep`: each part of it stands in the text as a word of its own, whatever
 * it was imported as.
 */
function nameTest({ text, position }: RequiredLiteral): Test {
  const parts = text.split(/[^\w$]+/);
  const startsBound = position === 'startswith' || position === 'equals';
  const endsBound = position === 'endswith' || position === 'equals';
  return allOf(
    parts.flatMap((part, number) => {
      if (part.length <= 1) return [];
      const starts = number > 0 || startsBound;
      const ends = number < parts.length - 1 || endsBound;
      return [
        askTest(`name ${starts ? '<' : ''}${part}${ends ? '>' : ''}`, ({ code }) =>
          standsAsWord(code, part, starts, ends),
        ),
      ];
    }),
  );
}

function standsAsWord(text: string, word: string, starts: boolean, ends: boolean): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const end = at + word.length;
    const isWhole =
      !(starts && at > 0 && isIdentifierCode(text.charCodeAt(at - 1))) &&
      !(ends && end < text.length && isIdentifierCode(text.charCodeAt(end)));
    if (isWhole) return true;
  }
  return false;
}

/** Letters, digits and `_`; what is not ASCII may be one of a language's own. */
function isIdentifierCode(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || code === 95;
}

/** Whether a piece stands in a text so many times, one behind the other. */
function stands(text: string, piece: string, times: number): boolean {
  let at = -piece.length;
  for (let i = 0; i < times; i++) {
    at = text.indexOf(piece, at + piece.length);
    if (at < 0) return false;
  }
  return true;
}

function formTest(source: string, times: number): Test {
  const form = new RegExp(source, 'gi');
  return askTest(`form ${source}\0${times}`, (text) => hasForm(text.bare, form, times));
}

function hasForm(text: string, form: RegExp, times: number): boolean {
  form.lastIndex = 0;
  for (let i = 0; i < times; i++) if (!form.test(text)) return false;
  return true;
}

function commandTest(name: string): Test {
  return askTest(
    `command ${name}`,
    ({ bare: text, raw }) => mayBeCommand(text, name) || mayBeCommand(raw, name),
  );
}

function rawTest(sign: string): Test {
  return (text) => text.raw.includes(sign);
}
