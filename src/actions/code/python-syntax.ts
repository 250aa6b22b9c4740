import { parser } from '@lezer/python';
import { pass } from '../overrun.ts';
import { splices } from '../splice.ts';
import type { Argument, Clause, Expression, Parameter, Program, Statement } from './ast.ts';
import { children, isTooDeep, parseBounded, type SyntaxNode } from './bounded-parse.ts';
import { literalOf, pythonEscapes } from './strings.ts';

/** Nesting of the tree past which nothing more is read: no stack is that deep. */
/** Enough for a long file of Python 2. */
const MAX_RECOVERY = 4_000;

/** Reads Python into statements. What the parser cannot make sense of is left out, what is around it stays. */
export function readPython(source: string): Program {
  const reader = new Reader(source);
  return { source, body: reader.statements(parseBounded(parser, source, MAX_RECOVERY), 0) };
}

class Reader {
  readonly source: string;
  /** expressions that may still be read: no text holds more than some for each character */
  private left: number;

  constructor(source: string) {
    this.source = source;
    this.left = 1_000 + 4 * source.length;
  }

  statements(parent: SyntaxNode, depth: number): Statement[] {
    const output: Statement[] = [];
    if (isTooDeep(depth)) return output;
    for (let node = parent.firstChild; node !== null; node = node.nextSibling)
      this.statement(node, depth, output);
    return output;
  }

  private statement(node: SyntaxNode, depth: number, into: Statement[]): void {
    const place = { start: node.from, end: node.to };
    switch (node.name) {
      case 'ExpressionStatement':
      case 'YieldStatement':
      case 'AssertStatement':
      case 'PrintStatement': {
        const values = this.expressions(node, depth);
        if (node.name === 'PrintStatement') {
          const callee: Expression = { type: 'name', name: 'print', ...place };
          into.push({
            type: 'expression',
            ...place,
            value: { type: 'call', callee, arguments: values.map((value) => ({ value })), ...place },
          });
        } else if (values.length === 1) into.push({ type: 'expression', ...place, value: values[0]! });
        else if (values.length > 1)
          into.push({
            type: 'expression',
            ...place,
            value: { type: 'list', items: values, tuple: true, ...place },
          });
        return;
      }
      case 'AssignStatement':
        this.assignment(node, depth, into);
        return;
      case 'UpdateStatement': {
        const parts = children(node);
        const at = parts.findIndex((part) => part.name === 'UpdateOp');
        const target = this.expression(parts[0], depth);
        const value = this.group(parts.slice(at + 1), depth, place);
        if (at > 0 && target !== undefined && value !== undefined) {
          into.push({
            type: 'assignment',
            ...place,
            targets: [target],
            operator: this.text(parts[at]!),
            value,
          });
        }
        return;
      }
      case 'ImportStatement':
        into.push({ type: 'import', ...place, ...this.imports(node) });
        return;
      case 'FunctionDefinition':
        into.push(this.definition(node, depth, []));
        return;
      case 'ClassDefinition':
        into.push(this.classOf(node, depth));
        return;
      case 'DecoratedStatement': {
        const decorators: Expression[] = [];
        for (const child of children(node)) {
          if (child.name === 'Decorator') decorators.push(...this.decorator(child, depth));
          else if (child.name === 'FunctionDefinition') into.push(this.definition(child, depth, decorators));
          else if (child.name === 'ClassDefinition') into.push(this.classOf(child, depth));
        }
        return;
      }
      case 'IfStatement':
      case 'TryStatement':
      case 'MatchStatement':
      case 'MatchBody':
      case 'MatchClause':
        this.block(node, depth, into);
        return;
      case 'WhileStatement': {
        const test = this.expressions(node, depth)[0];
        into.push({ type: 'while', ...place, test, body: this.bodies(node, depth) });
        return;
      }
      case 'ForStatement':
        into.push(this.loop(node, depth));
        return;
      case 'WithStatement':
        into.push(this.with(node, depth));
        return;
      case 'ReturnStatement':
        into.push({ type: 'return', ...place, value: this.group(children(node).slice(1), depth, place) });
        return;
      case 'RaiseStatement':
        into.push({ type: 'raise', ...place, value: this.expressions(node, depth)[0] });
        return;
      case 'DeleteStatement':
        into.push({ type: 'delete', ...place, targets: this.expressions(node, depth) });
        return;
      case 'StatementGroup':
      case 'Body':
        into.push(...this.statements(node, depth + 1));
        return;
      default: {
        if (node.name === 'Comment' || node.name === ';' || node.firstChild === null) return;
        const values = this.expressions(node, depth);
        for (const value of values)
          into.push({ type: 'expression', start: value.start, end: value.end, value });
      }
    }
  }

  private assignment(node: SyntaxNode, depth: number, into: Statement[]): void {
    const place = { start: node.from, end: node.to };
    const sides: SyntaxNode[][] = [[]];
    for (const child of children(node)) {
      if (child.name === 'AssignOp') sides.push([]);
      else if (child.name !== 'TypeDef') sides[sides.length - 1]!.push(child);
    }
    if (sides.length < 2) return;
    const value = this.group(sides[sides.length - 1]!, depth, place);
    if (value === undefined) return;
    const targets = sides
      .slice(0, -1)
      .map((side) => this.group(side, depth, place))
      .filter((target) => target !== undefined);
    into.push({ type: 'assignment', ...place, targets, operator: '=', value });
  }

  /** One expression, or several with commas between them as a tuple. */
  private group(
    nodes: readonly SyntaxNode[],
    depth: number,
    place: { start: number; end: number },
  ): Expression | undefined {
    const items = nodes.map((node) => this.expression(node, depth)).filter((item) => item !== undefined);
    if (items.length < 2 && !nodes.some((node) => node.name === ',')) return items[0];
    return { type: 'list', items, tuple: true, ...place };
  }

  private imports(node: SyntaxNode): { names: { path: string; alias: string }[]; modules: string[] } {
    const names: { path: string; alias: string }[] = [];
    const modules: string[] = [];
    let module = '';
    let seenImport = false;
    const from = node.firstChild?.name === 'from';
    let path = '';
    let alias: string | undefined;
    let expectAlias = false;
    const flush = () => {
      if (path === '') return;
      const full = from && module !== '' ? `${module}.${path}` : path;
      if (!from) modules.push(path);
      // `import a.b` binds `a`
      names.push(
        alias !== undefined
          ? { path: full, alias }
          : from
            ? { path: full, alias: path }
            : { path: path.split('.')[0]!, alias: path.split('.')[0]! },
      );
      path = '';
      alias = undefined;
    };
    for (const child of children(node)) {
      const text = this.text(child);
      if (child.name === 'import') {
        seenImport = true;
        if (from) modules.push(module);
      } else if (child.name === 'as') expectAlias = true;
      else if (child.name === ',') flush();
      else if (child.name === 'VariableName') {
        if (from && !seenImport) module += text;
        else if (expectAlias) {
          alias = text;
          expectAlias = false;
        } else path += text;
      } else if (child.name === '.') {
        if (from && !seenImport) module += module === '' ? '' : '.';
        else path += '.';
      } else if (child.name === '*') names.push({ path: module, alias: '*' });
    }
    flush();
    return { names, modules };
  }

  private definition(node: SyntaxNode, depth: number, decorators: readonly Expression[]): Statement {
    let name = '';
    let parameters: Parameter[] = [];
    let body: Statement[] = [];
    let bodyStart = node.to;
    for (const child of children(node)) {
      if (child.name === 'VariableName' && name === '') name = this.text(child);
      else if (child.name === 'ParamList') parameters = this.parameters(child, depth);
      else if (child.name === 'Body') {
        bodyStart = child.from + 1;
        body = this.statements(child, depth + 1);
      }
    }
    return {
      type: 'definition',
      start: node.from,
      end: node.to,
      name,
      parameters,
      body,
      bodyStart,
      decorators,
    };
  }

  private parameters(node: SyntaxNode, depth: number): Parameter[] {
    const output: Parameter[] = [];
    let rest = false;
    let expectDefault = false;
    for (const child of children(node)) {
      if (child.name === 'VariableName' && !expectDefault) {
        output.push(rest ? { name: this.text(child), rest } : { name: this.text(child) });
        rest = false;
      } else if (child.name === '*' || child.name === '**') rest = true;
      else if (child.name === 'AssignOp') expectDefault = true;
      else if (expectDefault) {
        const value = this.expression(child, depth);
        const last = output[output.length - 1];
        if (value !== undefined && last !== undefined)
          output[output.length - 1] = { ...last, default: value };
        expectDefault = false;
      } else if (child.name === ',') {
        rest = false;
        expectDefault = false;
      }
    }
    return output;
  }

  private classOf(node: SyntaxNode, depth: number): Statement {
    let name = '';
    let bases: Expression[] = [];
    for (const child of children(node)) {
      if (child.name === 'VariableName' && name === '') name = this.text(child);
      else if (child.name === 'ArgList')
        bases = this.arguments(child, depth).map((argument) => argument.value);
    }
    return { type: 'class', start: node.from, end: node.to, name, bases, body: this.bodies(node, depth) };
  }

  private decorator(node: SyntaxNode, depth: number): Expression[] {
    const parts = children(node).filter((child) => child.name !== 'At' && child.name !== '.');
    let callee: Expression | undefined;
    for (const part of parts) {
      if (part.name === 'ArgList' && callee !== undefined) {
        callee = {
          type: 'call',
          callee,
          arguments: this.arguments(part, depth),
          start: callee.start,
          end: part.to,
        };
      } else if (part.name === 'VariableName' || part.name === 'PropertyName') {
        const place = { start: callee?.start ?? part.from, end: part.to };
        callee =
          callee === undefined
            ? { type: 'name', name: this.text(part), ...place }
            : { type: 'attribute', object: callee, name: this.text(part), ...place };
      } else callee ??= this.expression(part, depth);
    }
    return callee === undefined ? [] : [callee];
  }

  /** `if`, `try`, `match`: all tests and all branches. */
  private block(node: SyntaxNode, depth: number, into: Statement[]): void {
    const place = { start: node.from, end: node.to };
    let tests: Expression[] = [];
    if (isTooDeep(depth)) return;
    for (const child of children(node)) {
      if (child.name === 'Body') {
        into.push({ type: 'block', ...place, tests, body: this.statements(child, depth + 1) });
        tests = [];
      } else if (child.name === 'MatchBody' || child.name === 'MatchClause')
        this.block(child, depth + 1, into);
      else {
        const test = this.expression(child, depth);
        if (test !== undefined) tests.push(test);
      }
    }
    if (tests.length > 0) into.push({ type: 'block', ...place, tests, body: [] });
  }

  private loop(node: SyntaxNode, depth: number): Statement {
    const parts = children(node);
    const marker = parts.findIndex((part) => part.name === 'in');
    const body = parts.findIndex((part) => part.name === 'Body');
    const place = { start: node.from, end: node.to };
    const targets = parts
      .slice(0, Math.max(marker, 0))
      .map((part) => this.expression(part, depth))
      .filter((target) => target !== undefined);
    const iterable = this.group(parts.slice(marker + 1, body < 0 ? parts.length : body), depth, place) ?? {
      type: 'other',
      inside: [],
      ...place,
    };
    return { type: 'for', ...place, targets, iterable, body: this.bodies(node, depth) };
  }

  private with(node: SyntaxNode, depth: number): Statement {
    const items: { value: Expression; target?: Expression }[] = [];
    let expectTarget = false;
    for (const child of children(node)) {
      if (child.name === 'as') expectTarget = true;
      else if (child.name === 'Body') break;
      else {
        const value = this.expression(child, depth);
        const last = items[items.length - 1];
        if (value === undefined) continue;
        if (expectTarget && last !== undefined) items[items.length - 1] = { ...last, target: value };
        else items.push({ value });
        expectTarget = false;
      }
    }
    return { type: 'with', start: node.from, end: node.to, items, body: this.bodies(node, depth) };
  }

  private bodies(node: SyntaxNode, depth: number): Statement[] {
    const output: Statement[] = [];
    for (let child = node.firstChild; child !== null; child = child.nextSibling) {
      if (child.name === 'Body') output.push(...this.statements(child, depth + 1));
    }
    return output;
  }

  private expressions(node: SyntaxNode, depth: number): Expression[] {
    const output: Expression[] = [];
    if (isTooDeep(depth)) return output;
    for (let child = node.firstChild; child !== null; child = child.nextSibling) {
      if (child.name === 'Body') continue;
      const value = this.expression(child, depth + 1);
      if (value !== undefined) output.push(value);
    }
    return output;
  }

  private expression(node: SyntaxNode | undefined, depth: number): Expression | undefined {
    this.left -= 1;
    if (this.left < 0) pass('work');
    if (node === undefined || isTooDeep(depth) || this.left < 0) return undefined;
    const place = { start: node.from, end: node.to };
    switch (node.name) {
      case 'String':
        return this.string(node);
      case 'FormatString':
        return this.template(node, depth);
      case 'ContinuedString':
        return this.continued(node, depth);
      case 'Number':
        return {
          type: 'number',
          value: Number(
            this.text(node)
              .replaceAll('_', '')
              .replace(/[jJlL]$/, ''),
          ),
          ...place,
        };
      case 'Boolean':
        return { type: 'constant', value: this.text(node) === 'True', ...place };
      case 'None':
        return { type: 'constant', value: null, ...place };
      case 'VariableName':
      case 'self':
        return { type: 'name', name: this.text(node), ...place };
      case 'MemberExpression':
        return this.member(node, depth);
      case 'CallExpression': {
        const callee = this.expression(node.firstChild ?? undefined, depth + 1);
        const list = node.lastChild;
        if (callee === undefined || list?.name !== 'ArgList') return callee;
        return { type: 'call', callee, arguments: this.arguments(list, depth + 1), ...place };
      }
      case 'BinaryExpression': {
        const parts = children(node);
        const left = this.expression(parts[0], depth + 1);
        const right = this.expression(parts[parts.length - 1], depth + 1);
        if (left === undefined || right === undefined || parts.length < 3) return left ?? right;
        const operator = parts
          .slice(1, -1)
          .map((part) => this.text(part))
          .join(' ');
        return { type: 'binary', operator, left, right, ...place };
      }
      case 'UnaryExpression': {
        const operand = this.expression(node.lastChild ?? undefined, depth + 1);
        if (operand === undefined) return undefined;
        return { type: 'unary', operator: this.text(node.firstChild!), operand, ...place };
      }
      case 'ParenthesizedExpression':
      case 'AwaitExpression':
        return this.expressions(node, depth)[0];
      case 'TupleExpression':
      case 'ArrayExpression':
      case 'SetExpression':
        return {
          type: 'list',
          items: this.expressions(node, depth),
          ...(node.name === 'TupleExpression' ? { tuple: true } : {}),
          ...place,
        };
      case 'DictionaryExpression':
        return this.dictionary(node, depth);
      case 'ConditionalExpression': {
        const [then, test, otherwise] = this.expressions(node, depth);
        if (then === undefined || test === undefined || otherwise === undefined) return undefined;
        return { type: 'conditional', test, then, else: otherwise, ...place };
      }
      case 'LambdaExpression': {
        const list = children(node).find((child) => child.name === 'ParamList');
        const value = this.expression(node.lastChild ?? undefined, depth + 1);
        const body: Statement[] =
          value === undefined ? [] : [{ type: 'return', value, start: value.start, end: value.end }];
        return {
          type: 'function',
          parameters: list === undefined ? [] : this.parameters(list, depth),
          body,
          ...place,
        };
      }
      case 'ArrayComprehensionExpression':
      case 'SetComprehensionExpression':
      case 'ComprehensionExpression':
        return this.comprehension(children(node), depth, place);
      case 'NamedExpression': {
        const [target, value] = this.expressions(node, depth);
        return target === undefined || value === undefined
          ? undefined
          : { type: 'assign', target, operator: '=', value, ...place };
      }
      default: {
        if (node.firstChild === null || node.name === 'Comment') return undefined;
        const inside = this.expressions(node, depth);
        return inside.length === 0 ? undefined : { type: 'other', inside, ...place };
      }
    }
  }

  private member(node: SyntaxNode, depth: number): Expression | undefined {
    const place = { start: node.from, end: node.to };
    const parts = children(node);
    const object = this.expression(parts[0], depth + 1);
    if (object === undefined) return undefined;
    if (parts[1]?.name === '.') {
      const name = parts[2] === undefined ? '' : this.text(parts[2]);
      return { type: 'attribute', object, name, ...place };
    }
    const inside = parts.slice(2, -1);
    if (!inside.some((part) => part.name === ':')) {
      const index = this.group(inside, depth, place);
      return index === undefined ? object : { type: 'index', object, index, ...place };
    }
    const bounds: (Expression | undefined)[] = [undefined];
    for (const part of inside) {
      if (part.name === ':') bounds.push(undefined);
      else if (part.name === ',') break;
      else bounds[bounds.length - 1] = this.expression(part, depth + 1);
    }
    const [from, to, step] = bounds;
    return {
      type: 'slice',
      object,
      ...place,
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
      ...(step === undefined ? {} : { step }),
    };
  }

  private arguments(node: SyntaxNode, depth: number): Argument[] {
    const output: Argument[] = [];
    const parts = children(node).filter(
      (part) => part.name !== '(' && part.name !== ')' && part.name !== 'Comment',
    );
    if (parts.some((part) => part.name === 'for')) {
      const place = { start: node.from, end: node.to };
      const value = this.comprehension(parts, depth, place);
      return value === undefined ? [] : [{ value }];
    }
    for (let at = 0; at < parts.length; at += 1) {
      const part = parts[at]!;
      if (part.name === ',') continue;
      if (part.name === '*' || part.name === '**') {
        const value = this.expression(parts[at + 1], depth);
        if (value !== undefined) output.push({ value, spread: true });
        at += 1;
      } else if (parts[at + 1]?.name === 'AssignOp') {
        const value = this.expression(parts[at + 2], depth);
        if (value !== undefined) output.push({ name: this.text(part), value });
        at += 2;
      } else {
        const value = this.expression(part, depth);
        if (value !== undefined) output.push({ value });
      }
    }
    return output;
  }

  private comprehension(
    parts: readonly SyntaxNode[],
    depth: number,
    place: { start: number; end: number },
  ): Expression | undefined {
    const inner = parts.filter((part) => !/^[[\](){}]$/.test(part.name) && part.name !== 'async');
    const first = inner.findIndex((part) => part.name === 'for');
    const element = this.expression(inner[0], depth + 1);
    if (element === undefined || first < 0) return undefined;
    const clauses: Clause[] = [];
    let at = first;
    while (at < inner.length && inner[at]!.name === 'for') {
      const targets: Expression[] = [];
      for (at += 1; at < inner.length && inner[at]!.name !== 'in'; at += 1) {
        const target = this.expression(inner[at], depth);
        if (target !== undefined) targets.push(target);
      }
      const iterable = this.expression(inner[at + 1], depth + 1);
      at += 2;
      const conditions: Expression[] = [];
      while (at < inner.length && inner[at]!.name === 'if') {
        const condition = this.expression(inner[at + 1], depth + 1);
        if (condition !== undefined) conditions.push(condition);
        at += 2;
      }
      if (iterable !== undefined) clauses.push({ targets, iterable, conditions });
    }
    return { type: 'comprehension', element, clauses, ...place };
  }

  private dictionary(node: SyntaxNode, depth: number): Expression {
    const entries: [Expression, Expression][] = [];
    const parts = children(node);
    for (let at = 0; at < parts.length; at += 1) {
      if (parts[at + 1]?.name !== ':') continue;
      const key = this.expression(parts[at], depth + 1);
      const value = this.expression(parts[at + 2], depth + 1);
      if (key !== undefined && value !== undefined) entries.push([key, value]);
      at += 2;
    }
    return { type: 'dict', entries, start: node.from, end: node.to };
  }

  private string(node: SyntaxNode): Expression {
    const { prefix, body } = literalOf(this.text(node));
    const bytes = prefix.includes('b');
    const value = prefix.includes('r') ? body : pythonEscapes(body, bytes);
    return { type: 'string', value, start: node.from, end: node.to, ...(bytes ? { bytes } : {}) };
  }

  /** `"a" "b"`: one string, or a template where the evaluator has to say whether the words may be joined. */
  private continued(node: SyntaxNode, depth: number): Expression {
    const place = { start: node.from, end: node.to };
    const parts = this.expressions(node, depth);
    const bytes = parts[0]?.type === 'string' && parts[0].bytes === true ? { bytes: true } : {};
    const pieces = parts.flatMap((part) =>
      part.type === 'template' ? part.parts : part.type === 'string' ? [part.value] : [part],
    );
    if (pieces.every((piece, at) => typeof piece === 'string' && !splices(piece, textAt(pieces, at + 1))))
      return { type: 'string', value: pieces.join(''), ...place, ...bytes };
    return { type: 'template', parts: pieces, ...place, ...bytes };
  }

  private template(node: SyntaxNode, depth: number): Expression {
    const text = this.text(node);
    const match = /^([a-zA-Z]*)("""|'''|"|')/.exec(text);
    const open = node.from + (match?.[0].length ?? 1);
    const close = node.to - (match !== null && text.endsWith(match[2]!) ? match[2]!.length : 0);
    const raw = match?.[1]?.toLowerCase().includes('r') === true;
    const parts: (string | Expression)[] = [];
    const literal = (from: number, to: number) => {
      if (to <= from) return;
      const piece = this.source.slice(from, to).replaceAll('{{', '{').replaceAll('}}', '}');
      parts.push(raw ? piece : pythonEscapes(piece, false));
    };
    let at = open;
    for (let child = node.firstChild; child !== null; child = child.nextSibling) {
      if (child.name !== 'FormatReplacement') continue;
      literal(at, child.from);
      const value = this.expressions(child, depth)[0];
      parts.push(value === undefined ? this.text(child) : { ...value, start: child.from, end: child.to });
      at = child.to;
    }
    literal(at, close);
    return { type: 'template', parts, start: node.from, end: node.to };
  }

  private text(node: SyntaxNode): string {
    return this.source.slice(node.from, node.to);
  }
}

function textAt(pieces: readonly (string | Expression)[], at: number): string {
  const piece = pieces[at];
  return typeof piece === 'string' ? piece : '';
}
