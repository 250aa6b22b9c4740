import { MAX_WORDS } from '../limits.ts';
import { exceeds, pass } from '../overrun.ts';
import type { Argument, Expression, Program, Statement } from './ast.ts';
import type { Token } from './script-tokens.ts';
import { tokenize } from './script-tokens.ts';

/** Languages of one-liners that no parser of their own is kept for here. */
export type ScriptLanguage = 'perl' | 'ruby' | 'php' | 'lua';

/** Functions that take their words without parentheses. */
const BARE =
  /^(?:system|exec|print|puts|echo|spawn|require|require_once|include|use|eval|open|unlink|return|say|die|exit|qx|chdir|socket|connect|bind|listen|p|pp|raise|load|dofile|passthru|import)$/;

const PREFIX = /^(?:!|-|\\|@|&|\+|\*|<|~)$/;
const CLOSERS: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
const MAX_NESTING = 100;
const MAX_STATEMENTS = 20_000;

/**
 * Reads Perl, Ruby, PHP or Lua well enough to see calls, assignments and strings. What is not understood is passed
 * over token by token.
 */
export function readScript(source: string, language: ScriptLanguage): Program {
  const reader = new Reader(source, tokenize(source, language), language);
  return { source, body: reader.program() };
}

class Reader {
  private readonly source: string;
  private readonly tokens: readonly Token[];
  private readonly language: ScriptLanguage;
  private at = 0;
  private depth = 0;

  constructor(source: string, tokens: readonly Token[], language: ScriptLanguage) {
    this.source = source;
    this.tokens = tokens;
    this.language = language;
  }

  program(): Statement[] {
    const output: Statement[] = [];
    while (this.at < this.tokens.length && output.length < MAX_STATEMENTS) this.statement(output);
    if (this.at < this.tokens.length) pass('work');
    return output;
  }

  private statement(into: Statement[]): void {
    const before = this.at;
    const token = this.tokens[this.at]!;
    if (token.kind === 'punctuation' && /^[;{})\]]$/.test(token.text)) {
      this.at += 1;
      return;
    }
    if (
      token.kind === 'word' &&
      /^(?:sub|def|function)$/.test(token.text) &&
      this.tokens[this.at + 1]?.kind === 'word'
    ) {
      if (this.isTooDeep()) this.at += 1;
      else {
        this.depth += 1;
        this.definition(into);
        this.depth -= 1;
      }
      return;
    }
    if (
      token.kind === 'word' &&
      /^(?:if|unless|while|until|for|foreach|elsif|elseif|else|do|then|end|begin|local|my|our|static|public|private|global|const|var|and|or|not|module|class|switch|case|when|BEGIN|END|try|catch|rescue|ensure|in|repeat|loop)$/.test(
        token.text,
      )
    ) {
      this.at += 1;
      return;
    }
    const value = this.several() ?? this.expression();
    if (value !== undefined) into.push({ type: 'expression', value, start: value.start, end: value.end });
    if (this.at === before) this.at += 1;
  }

  /** `a, b = f()`: the first name gets what is known. */
  private several(): Expression | undefined {
    const start = this.at;
    let last = start;
    while (/^(?:word|variable)$/.test(this.tokens[last]?.kind ?? '') && this.tokens[last + 1]?.text === ',')
      last += 2;
    const equals = this.tokens[last + 1];
    if (last === start || equals?.kind !== 'operator' || equals.text !== '=') return undefined;
    const target = this.tokens[start]!;
    this.at = last + 2;
    const value = this.expression();
    const place = { start: target.start, end: value?.end ?? target.end };
    if (value === undefined) return undefined;
    return {
      type: 'assign',
      target: { type: 'name', name: target.text, start: target.start, end: target.end },
      operator: '=',
      value,
      ...place,
    };
  }

  private definition(into: Statement[]): void {
    const start = this.tokens[this.at]!.start;
    const name = this.tokens[this.at + 1]!;
    this.at += 2;
    const parameters: { name: string }[] = [];
    if (this.is('(')) {
      while (this.at < this.tokens.length && !this.is(')')) {
        const token = this.tokens[this.at]!;
        if (token.kind === 'word' || token.kind === 'variable') parameters.push({ name: token.text });
        this.at += 1;
      }
      this.at += 1;
    }
    const body: Statement[] = [];
    const bodyStart = this.tokens[this.at]?.start ?? this.source.length;
    if (this.is('{')) this.braced(body);
    else this.untilEnd(body);
    const end = this.tokens[this.at - 1]?.end ?? this.source.length;
    into.push({
      type: 'definition',
      name: name.text,
      parameters,
      body,
      bodyStart,
      decorators: [],
      start,
      end,
    });
  }

  private braced(body: Statement[]): void {
    this.at += 1;
    this.depth += 1;
    while (this.at < this.tokens.length && !this.is('}')) {
      if (this.is('{') && !this.isTooDeep()) this.braced(body);
      else this.statement(body);
    }
    this.depth -= 1;
    this.at += 1;
  }

  /** A body that `end` closes; blocks inside have an `end` of their own. */
  private untilEnd(body: Statement[]): void {
    let open = 1;
    while (this.at < this.tokens.length) {
      const token = this.tokens[this.at]!;
      if (token.kind === 'word') {
        if (token.text === 'end') open -= 1;
        else if (/^(?:do|if|while|for|function|case|begin|unless|until)$/.test(token.text))
          open += token.text === 'while' || token.text === 'for' ? 0 : 1;
      }
      if (open <= 0) {
        this.at += 1;
        return;
      }
      this.statement(body);
    }
  }

  private isTooDeep(): boolean {
    return exceeds(this.depth, MAX_NESTING, 'nesting');
  }

  private is(text: string): boolean {
    const token = this.tokens[this.at];
    return token?.kind === 'punctuation' && token.text === text;
  }

  private expression(): Expression | undefined {
    if (this.isTooDeep()) return undefined;
    this.depth += 1;
    const value = this.assignment();
    this.depth -= 1;
    return value;
  }

  private assignment(): Expression | undefined {
    const left = this.binary();
    const token = this.tokens[this.at];
    if (left === undefined || token?.kind !== 'operator' || !/^(?:=|\.=|\+=|\|\|=|<<=)$/.test(token.text))
      return left;
    this.at += 1;
    const value = this.expression();
    return value === undefined
      ? left
      : { type: 'assign', target: left, operator: token.text, value, start: left.start, end: value.end };
  }

  private binary(): Expression | undefined {
    let left = this.postfix();
    while (left !== undefined) {
      const token: Token | undefined = this.tokens[this.at];
      if (
        token?.kind !== 'operator' ||
        !/^(?:\.|\.\.|\+|-|\*|\/|%|\^|x|==|\|\||&&|\?|:|<|>|<<|\||&|!=|=~|eq|ne)$/.test(token.text)
      )
        break;
      if (token.text === '.' && this.language !== 'php' && this.language !== 'perl') break;
      this.at += 1;
      const right = this.postfix();
      if (right === undefined) break;
      left = { type: 'binary', operator: token.text, left, right, start: left.start, end: right.end };
    }
    return left;
  }

  private postfix(): Expression | undefined {
    let value = this.primary();
    while (value !== undefined) {
      const token: Token | undefined = this.tokens[this.at];
      if (token === undefined) break;
      if (token.kind === 'punctuation' && token.text === '(' && callable(value)) {
        const inside = this.list(')');
        value = {
          type: 'call',
          callee: value,
          arguments: inside.arguments,
          start: value.start,
          end: inside.end,
        };
      } else if (
        token.kind === 'operator' &&
        (token.text === '->' ||
          token.text === '::' ||
          token.text === '?->' ||
          token.text === '&.' ||
          (token.text === '.' && (this.language === 'ruby' || this.language === 'lua')) ||
          (token.text === ':' && this.language === 'lua'))
      ) {
        const next = this.tokens[this.at + 1];
        if (next?.kind === 'word' || next?.kind === 'variable') {
          this.at += 2;
          value = { type: 'attribute', object: value, name: next.text, start: value.start, end: next.end };
        } else if (next?.kind === 'punctuation' && /^[[({]$/.test(next.text)) this.at += 1;
        else break;
      } else if (token.kind === 'punctuation' && token.text === '[' && token.start === value.end) {
        const inside = this.list(']');
        const index = inside.arguments[0]?.value;
        value =
          index === undefined
            ? value
            : { type: 'index', object: value, index, start: value.start, end: inside.end };
      } else if (
        token.kind === 'punctuation' &&
        token.text === '{' &&
        value.type === 'attribute' &&
        this.language === 'ruby'
      ) {
        const body: Statement[] = [];
        this.braced(body);
        const closure: Expression = {
          type: 'function',
          parameters: [],
          body,
          start: token.start,
          end: this.tokens[Math.min(this.at, this.tokens.length) - 1]?.end ?? token.end,
        };
        value = {
          type: 'call',
          callee: value,
          arguments: [{ value: closure }],
          start: value.start,
          end: closure.end,
        };
      } else if (
        value.type === 'attribute' &&
        startsValue(token) &&
        token.kind === 'string' &&
        this.language === 'ruby'
      ) {
        value = {
          type: 'call',
          callee: value,
          arguments: this.bareArguments(),
          start: value.start,
          end: this.tokens[Math.min(this.at, this.tokens.length) - 1]?.end ?? this.source.length,
        };
      } else break;
    }
    // a Ruby method without parentheses: `socket.gets`
    if (value?.type === 'attribute' && this.language === 'ruby')
      return { type: 'call', callee: value, arguments: [], start: value.start, end: value.end };
    return value;
  }

  private primary(): Expression | undefined {
    const token = this.tokens[this.at];
    if (token === undefined) return undefined;
    const place = { start: token.start, end: token.end };
    switch (token.kind) {
      case 'string':
        this.at += 1;
        return stringOf(token);
      case 'shell': {
        this.at += 1;
        return { type: 'shell', command: stringOf(token), ...place };
      }
      case 'number':
        this.at += 1;
        return { type: 'number', value: Number(token.text.replaceAll('_', '')), ...place };
      case 'variable':
        this.at += 1;
        return { type: 'name', name: token.text, ...place };
      case 'words': {
        this.at += 1;
        const items = token.text
          .trim()
          .split(/\s+/)
          .map((text): Expression => ({ type: 'string', value: text, ...place }));
        return { type: 'list', items, ...place };
      }
      case 'word':
        return this.named(token);
      case 'punctuation':
        return this.group(token);
      case 'operator':
        if (!PREFIX.test(token.text)) return undefined;
        while (this.tokens[this.at]?.kind === 'operator' && PREFIX.test(this.tokens[this.at]!.text))
          this.at += 1;
        return this.tokens[this.at]?.kind === 'operator' ? undefined : this.primary();
    }
  }

  private named(token: Token): Expression | undefined {
    this.at += 1;
    const place = { start: token.start, end: token.end };
    if (
      (token.text === 'sub' ||
        token.text === 'function' ||
        token.text === 'lambda' ||
        token.text === 'proc') &&
      (this.is('{') || this.is('('))
    ) {
      const body: Statement[] = [];
      if (this.is('(')) this.list(')');
      if (this.is('{')) this.braced(body);
      else if (this.language === 'lua') this.untilEnd(body);
      return {
        type: 'function',
        parameters: [],
        body,
        start: token.start,
        end: this.tokens[Math.min(this.at, this.tokens.length) - 1]?.end ?? token.end,
      };
    }
    if (token.text === 'new' && this.tokens[this.at]?.kind === 'word') {
      if (this.isTooDeep()) return undefined;
      this.depth += 1;
      const made = this.postfix();
      this.depth -= 1;
      return made?.type === 'call' ? { ...made, created: true } : made;
    }
    // `open(my $file, …)`
    if (/^(?:my|our|local)$/.test(token.text)) return this.primary();
    const name: Expression = { type: 'name', name: token.text, ...place };
    const next = this.tokens[this.at];
    if (next !== undefined && BARE.test(token.text) && startsValue(next) && !this.is('(')) {
      const given = this.bareArguments();
      return {
        type: 'call',
        callee: name,
        arguments: given,
        start: token.start,
        end: this.tokens[Math.min(this.at, this.tokens.length) - 1]?.end ?? token.end,
      };
    }
    // lua: `os.execute"x"`, `require "socket"`
    return name;
  }

  private bareArguments(): Argument[] {
    const output: Argument[] = [];
    for (;;) {
      const before = this.at;
      const value = this.expression();
      if (value !== undefined) output.push({ value });
      if (this.at === before) break;
      const token = this.tokens[this.at];
      if (token?.kind === 'punctuation' && token.text === ',') this.at += 1;
      else if (token?.kind === 'operator' && token.text === '=>') this.at += 1;
      // `open(F, "x")` without its parentheses, `exec {"sh"} "sh", "-i"`
      else if (token?.kind === 'string' && output.length === 1 && value?.type === 'list') continue;
      else break;
      if (exceeds(output.length, MAX_WORDS, 'words')) break;
    }
    return output;
  }

  private group(token: Token): Expression | undefined {
    const close = CLOSERS[token.text];
    if (close === undefined) return undefined;
    const inside = this.list(close);
    const place = { start: token.start, end: inside.end };
    const items = inside.arguments.map((argument) => argument.value);
    if (token.text === '(' && items.length === 1) return items[0];
    if (token.text === '{' && inside.pairs) {
      const entries: [Expression, Expression][] = [];
      for (let at = 0; at + 1 < items.length; at += 2) entries.push([items[at]!, items[at + 1]!]);
      return { type: 'dict', entries, ...place };
    }
    return { type: 'list', items, ...place };
  }

  /** The expressions up to a closing bracket. */
  private list(close: string): { arguments: Argument[]; end: number; pairs: boolean } {
    const output: Argument[] = [];
    let pairs = false;
    this.at += 1;
    this.depth += 1;
    while (this.at < this.tokens.length && !this.is(close) && output.length < MAX_WORDS) {
      const before = this.at;
      const token = this.tokens[this.at]!;
      // a statement's end inside brackets: a block, not a list
      if (token.kind === 'punctuation' && /^[,;]$/.test(token.text)) {
        this.at += 1;
        continue;
      }
      if (token.kind === 'operator' && token.text === '=>') {
        pairs = true;
        this.at += 1;
        continue;
      }
      const value = this.isTooDeep() ? undefined : this.expression();
      if (value !== undefined) output.push({ value });
      if (this.at === before) this.at += 1;
    }
    this.depth -= 1;
    if (output.length >= MAX_WORDS) pass('words');
    const end = this.tokens[this.at]?.end ?? this.source.length;
    this.at += 1;
    return { arguments: output, end, pairs };
  }
}

function stringOf(token: Token): Expression {
  const place = { start: token.start, end: token.end };
  if (token.parts === undefined) return { type: 'string', value: token.text, ...place };
  const parts = token.parts.map((part): string | Expression =>
    typeof part === 'string' ? part : { type: 'name', name: part.name, start: part.start, end: part.end },
  );
  return { type: 'template', parts, ...place };
}

function callable(value: Expression): boolean {
  return (
    value.type === 'name' ||
    value.type === 'attribute' ||
    value.type === 'call' ||
    value.type === 'function' ||
    value.type === 'index'
  );
}

function startsValue(token: Token): boolean {
  if (token.kind === 'punctuation') return token.text === '(' || token.text === '[' || token.text === '{';
  return token.kind !== 'operator' || token.text === '\\' || token.text === '@';
}
