import type { Content } from '../content.ts';
import type { Frame } from '../frame.ts';
import { emitCode, inner, spend } from '../frame.ts';
import { MAX_STRING, MAX_WORDS, MAX_WORK } from '../limits.ts';
import { cut, pass } from '../overrun.ts';
import type { Piece } from '../splice.ts';
import { assemble, splices } from '../splice.ts';
import type { Clause, Expression, Program, Statement } from './ast.ts';
import { runCall } from './calls.ts';
import { binary, indexed, sliced, unary } from './operators.ts';
import { noteAssignment, runStatement } from './statements.ts';
import type { Closure, Scope, Value } from './values.ts';
import {
  bytes,
  find,
  isInstance,
  isList,
  isObject,
  isUnknown,
  iterated,
  list,
  textOf,
  unknown,
  written,
} from './values.ts';

/** A call whose callee is a name, for what knows it to say what it does. */
export interface CodeCall {
  readonly path: string;
  readonly arguments: readonly Value[];
  readonly named: ReadonlyMap<string, Value>;
  /** the object of a method */
  readonly self?: Value;
  readonly expression: Expression & { type: 'call' };
  readonly evaluator: Evaluator;
  readonly start: number;
  readonly end: number;
}

/** What a language knows of its own: its library, and what its names mean. */
export interface Dialect {
  readonly language: 'python' | 'javascript' | 'perl' | 'ruby' | 'php' | 'lua';
  /** what a call does; `undefined` where the library is not known to do anything */
  readonly call: (call: CodeCall) => Value | undefined;
  /** holes of a string, as the language would write them: `{x}`, `${x}`, `$x` */
  readonly hole: (text: string) => string;
  /** what an attribute of an object made by the library is */
  readonly attribute?: (object: Value, name: string, evaluator: Evaluator) => Value | undefined;
}

/** Calls of one function inside itself, also where half of the work is done; of all functions inside one another. */
const MAX_RECURSION = 8;
const MAX_RECURSION_LATE = 2;
const MAX_CALLS = 40;

/**
 * Goes through a program once, in order: both sides of a branch, the body of a loop for its literal items or once,
 * functions where they are called, and those that nothing calls at the end.
 */
export class Evaluator {
  frame: Frame;
  readonly dialect: Dialect;
  readonly source: string;
  readonly globals: Scope = { names: new Map() };
  /** encodings undone since a text was last run */
  readonly undone: Set<string> = new Set();
  /** `host:port` that the text has connected to last */
  reached: string | undefined;
  /** `host:port` that standard input was connected to */
  connected: string | undefined;
  /** what the program prints */
  readonly printed: string[] = [];
  readonly files: Map<string, Content>;
  directory: string | undefined;
  /** texts that are code, but only written: emit no more than code actions, with the file's name */
  readonly file: string | undefined;
  private depth = 0;
  private muted = 0;
  /** bodies of functions that were called */
  readonly called = new Set<readonly Statement[]>();
  /** functions that the text defines */
  readonly definitions: { closure: Closure; start: number; end: number }[] = [];
  /** what the function being called returns */
  returned: Value | undefined;

  constructor(
    frame: Frame,
    dialect: Dialect,
    source: string,
    given: {
      files?: Map<string, Content> | undefined;
      directory?: string | undefined;
      file?: string | undefined;
    } = {},
  ) {
    this.frame = frame;
    this.dialect = dialect;
    this.source = source;
    this.files = given.files ?? new Map();
    this.directory = given.directory;
    this.file = given.file;
  }

  run(program: Program): void {
    this.statements(program.body, this.globals);
    // what nothing calls here is called from elsewhere, or by whoever imports it
    for (const { closure } of this.definitions) {
      if (this.called.has(closure.body) || this.file !== undefined) continue;
      if (!spend(this.frame)) return;
      const before = this.frame;
      this.frame = { ...before, via: [...before.via, `uncalled ${closure.name}`] };
      this.apply(closure, closure.self === undefined ? [] : [closure.self], new Map());
      this.frame = before;
    }
  }

  /** True while what is gone through may be told as actions. */
  get speaking(): boolean {
    return this.muted === 0;
  }

  statements(body: readonly Statement[], scope: Scope): void {
    for (const statement of body) {
      if (!spend(this.frame)) return;
      runStatement(this, statement, scope);
    }
  }

  bind(target: Expression, value: Value, scope: Scope): void {
    if (target.type === 'name') {
      scope.names.set(target.name, value);
    } else if (target.type === 'list') {
      target.items.forEach((item, at) => {
        this.bind(
          item,
          isList(value)
            ? (value.items[at] ?? unknown(written(this.source, item)))
            : unknown(written(this.source, item)),
          scope,
        );
      });
    } else if (target.type === 'attribute') {
      const object = this.value(target.object, scope);
      if (isInstance(object)) object.data.set(target.name, value);
    } else if (target.type === 'index') {
      const object = this.value(target.object, scope);
      const key = this.value(target.index, scope);
      if (isInstance(object) && textOf(key) !== undefined) object.data.set(textOf(key)!, value);
      else if (isObject(object) && object.kind === 'dict' && textOf(key) !== undefined)
        object.entries.set(textOf(key)!, value);
      else if (isList(object) && typeof key === 'number' && key >= 0 && key < 4_096)
        object.items[key] = value;
    }
  }

  /** The value of an expression, with whatever it does on the way. */
  value(expression: Expression, scope: Scope): Value {
    if (this.depth > 150) pass('nesting');
    if (!spend(this.frame) || this.depth > 150) return unknown(written(this.source, expression));
    this.depth += 1;
    const value = this.evaluate(expression, scope);
    this.depth -= 1;
    return value;
  }

  private evaluate(expression: Expression, scope: Scope): Value {
    switch (expression.type) {
      case 'string':
        return expression.bytes === true ? bytes(expression.value) : expression.value;
      case 'number':
      case 'constant':
        return expression.value;
      case 'name':
        return this.name(expression.name, scope);
      case 'attribute':
        return this.attribute(this.value(expression.object, scope), expression.name, expression);
      case 'index': {
        const object = this.value(expression.object, scope);
        const index = this.value(expression.index, scope);
        return indexed(object, index) ?? this.attributeByIndex(object, index, expression);
      }
      case 'slice': {
        const object = this.value(expression.object, scope);
        const bound = (part: Expression | undefined) =>
          part === undefined ? undefined : this.value(part, scope);
        return (
          sliced(this, object, bound(expression.from), bound(expression.to), bound(expression.step)) ??
          this.hole(expression)
        );
      }
      case 'call':
        return runCall(this, expression, scope);
      case 'binary': {
        const left = this.value(expression.left, scope);
        const right = this.value(expression.right, scope);
        return binary(this, expression.operator, left, right, written(this.source, expression));
      }
      case 'unary':
        return unary(expression.operator, this.value(expression.operand, scope)) ?? this.hole(expression);
      case 'list':
        return list(
          expression.items.map((item) => this.value(item, scope)),
          expression.tuple === true,
        );
      case 'dict': {
        const entries = new Map<string, Value>();
        for (const [key, value] of expression.entries) {
          const name = textOf(this.value(key, scope)) ?? written(this.source, key);
          entries.set(name, this.value(value, scope));
        }
        return { kind: 'dict', entries };
      }
      case 'template':
        return this.template(expression, scope);
      case 'function':
        return {
          kind: 'closure',
          name: expression.name ?? 'lambda',
          parameters: expression.parameters,
          body: expression.body,
          scope,
        };
      case 'comprehension':
        return this.comprehension(expression, scope);
      case 'conditional': {
        const test = this.value(expression.test, scope);
        const then = this.value(expression.then, scope);
        const otherwise = this.value(expression.else, scope);
        return test === false || test === null ? otherwise : then;
      }
      case 'assign': {
        const value = this.value(expression.value, scope);
        const result =
          expression.operator === '=' || expression.operator === ':='
            ? value
            : binary(
                this,
                expression.operator.replace(/=$/, ''),
                this.value(expression.target, scope),
                value,
                written(this.source, expression.value),
              );
        this.bind(expression.target, result, scope);
        noteAssignment(this, expression.target, expression.value, scope);
        return result;
      }
      case 'shell':
        return this.shell(expression, scope);
      case 'other':
        for (const each of expression.inside) this.value(each, scope);
        return this.hole(expression);
    }
  }

  private template(expression: Expression & { type: 'template' }, scope: Scope): Value {
    const { parts } = expression;
    const values = parts.map((part) => (typeof part === 'string' ? part : this.value(part, scope)));
    const only = values.length === 1 ? values[0]! : '';
    if (isUnknown(only) && only.content !== undefined) return only;
    const pieces = parts.map(
      (part, at): Piece => (typeof part === 'string' ? { text: part } : this.piece(values[at]!, part)),
    );
    const text = assemble(pieces, this.frame.sink.hides);
    if (text === undefined) return this.hole(expression);
    return expression.bytes === true ? bytes(text) : text;
  }

  /** A part of a string that stands for something: its text, or as it is written. */
  private piece(value: Value, part: Expression): Piece {
    const raw = written(this.source, part);
    const open = isUnknown(value) || (isObject(value) && value.kind === 'reference');
    return { text: open ? raw : this.text(value, part), raw };
  }

  /** An expression of which only the writing is known. */
  hole(expression: Expression): Value {
    return unknown(written(this.source, expression));
  }

  private name(name: string, scope: Scope): Value {
    const found = find(scope, name);
    if (found !== undefined) return found;
    return { kind: 'reference', path: name, imported: false };
  }

  attribute(object: Value, name: string, expression: Expression): Value {
    if (isInstance(object)) {
      const own = object.data.get(name);
      if (own !== undefined) return own;
    }
    const special = this.dialect.attribute?.(object, name, this);
    if (special !== undefined) return special;
    if (isObject(object) && object.kind === 'reference') {
      return { kind: 'reference', path: `${object.path}.${name}`, imported: object.imported };
    }
    if (isObject(object) && object.kind === 'dict' && this.dialect.language !== 'python') {
      const own = object.entries.get(name);
      if (own !== undefined) return own;
    }
    if (isInstance(object))
      return { kind: 'reference', path: `${object.type}.${name}`, imported: true, self: object };
    // what is read from somewhere stays so, whichever of its methods hands it on
    if (isUnknown(object) && object.content !== undefined)
      return unknown(written(this.source, expression), object.content);
    return { kind: 'reference', path: `?.${name}`, imported: false, self: object };
  }

  private attributeByIndex(object: Value, index: Value, expression: Expression): Value {
    const key = textOf(index);
    if (key !== undefined && isObject(object) && (object.kind === 'reference' || object.kind === 'instance'))
      return this.attribute(object, key, expression);
    return this.hole(expression);
  }

  /** A dotted name; of what the library makes, only the parts that the text itself names. */
  spoken(path: string): string {
    const name = path.replace(/\(\)/g, '').replace(/^\?\./, '');
    const parts = name.split('.');
    const first = parts.findLastIndex((part) => !this.stands(part)) + 1;
    return first === 0 ? name : parts.slice(Math.min(first, parts.length - 1)).join('.');
  }

  /** The same where all of it stands in the text. */
  spokenName(path: string): string | undefined {
    const name = this.spoken(path);
    return name.split('.').every((part) => this.stands(part)) ? name : undefined;
  }

  /** Whether a word stands in the source. */
  stands(word: string): boolean {
    let known = this.standing.get(word);
    if (known === undefined) {
      known = this.source.includes(word);
      this.standing.set(word, known);
    }
    return known;
  }

  apply(closure: Closure, given: readonly Value[], named: ReadonlyMap<string, Value>): Value {
    this.called.add(closure.body);
    // deeper down a function that calls itself does what it did before
    const again = this.calls.filter((body) => body === closure.body).length;
    const isLate = this.frame.sink.work < MAX_WORK / 2;
    const isAgain = again >= (isLate ? MAX_RECURSION_LATE : MAX_RECURSION);
    const isTooDeep = this.calls.length >= MAX_CALLS;
    if (isTooDeep && !isAgain) pass('nesting');
    if (isAgain || isTooDeep || !spend(this.frame)) return unknown(`${closure.name}()`);
    const scope: Scope = { names: new Map(), parent: closure.scope };
    closure.parameters.forEach((parameter, at) => {
      const value =
        named.get(parameter.name) ?? (parameter.rest === true ? list(given.slice(at)) : given[at]);
      const otherwise = parameter.default === undefined ? unknown(parameter.name) : undefined;
      scope.names.set(parameter.name, value ?? otherwise ?? this.value(parameter.default!, closure.scope));
    });
    const before = this.returned;
    this.returned = undefined;
    this.calls.push(closure.body);
    this.statements(closure.body, scope);
    this.calls.pop();
    const value = this.returned;
    this.returned = before;
    return value ?? unknown(`${closure.name}()`);
  }

  /** bodies of the functions that are being gone through, each called by the one before */
  private readonly calls: (readonly Statement[])[] = [];
  /** modules of which all names were imported */
  readonly stars: string[] = [];
  /** whether a word stands in the source */
  private readonly standing = new Map<string, boolean>();

  private comprehension(expression: Expression & { type: 'comprehension' }, scope: Scope): Value {
    const inside: Scope = { names: new Map(), parent: scope };
    const output: Value[] = [];
    const complete = this.clause(expression.clauses, 0, expression.element, inside, output);
    return complete ? list(output) : this.hole(expression);
  }

  private clause(
    clauses: readonly Clause[],
    at: number,
    element: Expression,
    scope: Scope,
    output: Value[],
  ): boolean {
    const clause = clauses[at];
    if (clause === undefined) {
      output.push(this.value(element, scope));
      if (output.length >= MAX_WORDS) pass('words');
      return output.length < MAX_WORDS;
    }
    const values = iterated(this.value(clause.iterable, scope));
    if (values === undefined) {
      // what it does still counts
      for (const target of clause.targets) this.bind(target, unknown(written(this.source, target)), scope);
      this.clause(clauses, at + 1, element, scope, output);
      return false;
    }
    const several: Expression = {
      type: 'list',
      items: clause.targets,
      start: element.start,
      end: element.end,
    };
    for (const value of values) {
      if (!spend(this.frame)) return false;
      this.bind(clause.targets.length === 1 ? clause.targets[0]! : several, value, scope);
      const holds = clause.conditions.map((condition) => this.value(condition, scope));
      if (holds.some((hold) => hold === false)) continue;
      if (!this.clause(clauses, at + 1, element, scope, output)) return false;
    }
    return true;
  }

  private shell(expression: Expression & { type: 'shell' }, scope: Scope): Value {
    const command = this.value(expression.command, scope);
    const content = this.runShell(command, expression.start, expression.end, this.dialect.language);
    return unknown(written(this.source, expression), content);
  }

  /** Gives a value to a shell. */
  runShell(
    command: Value,
    start: number,
    end: number,
    via: string,
    more: Partial<Frame> = {},
  ): Content | undefined {
    if (!this.speaking || this.file !== undefined) return undefined;
    const text = textOf(command);
    if (text === undefined) return undefined;
    const frame = inner({ ...this.frame, ...more }, [via], start, end);
    if (frame === undefined) return undefined;
    return frame.sink.interpret(frame, 'shell', text, {
      files: this.files,
      ...(this.directory === undefined ? {} : { directory: this.directory }),
    });
  }

  /** Adds to what the program prints. */
  print(text: string): void {
    if (this.printed.length >= MAX_WORDS) pass('words');
    else this.printed.push(text);
  }

  /** Whether words may be put together from pieces. */
  get hides(): boolean {
    return this.frame.sink.hides();
  }

  /** Two texts as one; `undefined` where that would make a word of two and the text is not one to hide words. */
  concat(left: string, right: string): string | undefined {
    return splices(left, right) && !this.hides ? undefined : cut(left + right, MAX_STRING, 'string');
  }

  /** A value as it stands in a string; a hole, as written, where it is not known. */
  text(value: Value, expression?: Expression): string {
    const known = textOf(value);
    if (known !== undefined) return known;
    if (typeof value === 'number') {
      // a number that was computed is not one that was written
      const digits = String(value);
      if (this.source.includes(digits)) return digits;
    }
    if (typeof value === 'boolean' && this.source.includes(value ? 'True' : 'False'))
      return value ? 'True' : 'False';
    const path = isInstance(value) ? value.data.get('path') : undefined;
    if (typeof path === 'string') return path;
    const named = isObject(value) && value.kind === 'reference' ? value.path.replace(/^\?\./, '') : undefined;
    const raw = isUnknown(value)
      ? value.text
      : (named ?? (expression === undefined ? '' : written(this.source, expression)));
    return /^[{$%#]/.test(raw) ? raw : this.dialect.hole(raw);
  }

  /** Adds a code action. */
  note(
    construct: 'call' | 'assign' | 'define',
    name: string,
    value: string,
    start: number,
    end: number,
    downloaded?: string,
  ): number | undefined {
    if (!this.speaking || name === '') return undefined;
    return emitCode(
      this.frame,
      {
        language: this.dialect.language,
        construct,
        name,
        value,
        ...(this.file === undefined ? {} : { file: this.file }),
        ...(downloaded === undefined ? {} : { downloaded }),
      },
      start,
      end,
    );
  }
}
