import { parser } from '@lezer/javascript';
import { pass } from '../overrun.ts';
import type { Argument, Expression, Parameter, Program, Statement } from './ast.ts';
import { children, isTooDeep, parseBounded, type SyntaxNode } from './bounded-parse.ts';
import { scriptEscapes } from './strings.ts';

const MAX_RECOVERY = 1_500;
const typescript = parser.configure({ dialect: 'ts' });

/** Reads JavaScript, or TypeScript, into statements; tolerant like the reader for Python. */
export function readJavaScript(source: string): Program {
  const reader = new Reader(source);
  return { source, body: reader.statements(parseBounded(typescript, source, MAX_RECOVERY), 0) };
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
      case 'VariableDeclaration':
        this.declaration(node, depth, into);
        return;
      case 'FunctionDeclaration':
        into.push(this.definition(node, depth));
        return;
      case 'ClassDeclaration':
        into.push(this.classOf(node, depth));
        return;
      case 'ImportDeclaration':
        this.imports(node, into);
        return;
      case 'ExportDeclaration':
      case 'Block':
      case 'LabeledStatement':
        into.push(...this.statements(node, depth + 1));
        return;
      case 'ReturnStatement':
        into.push({ type: 'return', ...place, value: this.expressions(node, depth)[0] });
        return;
      case 'ThrowStatement':
        into.push({ type: 'raise', ...place, value: this.expressions(node, depth)[0] });
        return;
      case 'WhileStatement':
      case 'DoStatement': {
        const test = children(node).find((child) => child.name === 'ParenthesizedExpression');
        into.push({
          type: 'while',
          ...place,
          test: this.expression(test, depth),
          body: this.bodies(node, depth),
        });
        return;
      }
      case 'ForStatement':
        this.loop(node, depth, into);
        return;
      case 'IfStatement':
      case 'TryStatement':
      case 'CatchClause':
      case 'FinallyClause':
      case 'SwitchStatement':
      case 'SwitchBody':
        this.block(node, depth, into);
        return;
      default: {
        if (node.firstChild === null || node.name === 'LineComment' || node.name === 'BlockComment') return;
        const own = this.expression(node, depth);
        if (own === undefined) return;
        for (const value of own.type === 'other' ? own.inside : [own])
          into.push({ type: 'expression', start: value.start, end: value.end, value });
      }
    }
  }

  private declaration(node: SyntaxNode, depth: number, into: Statement[]): void {
    let target: SyntaxNode | undefined;
    let expectValue = false;
    for (const child of children(node)) {
      if (child.name === 'Equals') expectValue = true;
      else if (expectValue) {
        const value = this.expression(child, depth);
        if (target !== undefined && value !== undefined) this.bindPattern(target, value, into);
        expectValue = false;
        target = undefined;
      } else if (/^(?:VariableDefinition|ObjectPattern|ArrayPattern)$/.test(child.name)) target = child;
    }
  }

  /** `const { a: b, c } = require("x")`: the names of a module's parts. */
  private bindPattern(target: SyntaxNode, value: Expression, into: Statement[]): void {
    const place = { start: target.from, end: value.end };
    if (target.name === 'VariableDefinition') {
      into.push({
        type: 'assignment',
        ...place,
        targets: [{ type: 'name', name: this.text(target), start: target.from, end: target.to }],
        operator: '=',
        value,
      });
      return;
    }
    let at = 0;
    for (const child of children(target)) {
      if (child.name === 'PatternProperty') {
        const parts = children(child);
        const name = this.text(parts[0]!);
        const bound =
          parts.find((part, index) => index > 0 && part.name === 'VariableDefinition') ?? parts[0]!;
        const part: Expression = {
          type: 'attribute',
          object: value,
          name,
          start: value.start,
          end: value.end,
        };
        into.push({
          type: 'assignment',
          ...place,
          targets: [{ type: 'name', name: this.text(bound), start: bound.from, end: bound.to }],
          operator: '=',
          value: part,
        });
      } else if (child.name === 'VariableDefinition') {
        const index: Expression = { type: 'number', value: at, start: child.from, end: child.to };
        const part: Expression = { type: 'index', object: value, index, start: value.start, end: value.end };
        into.push({
          type: 'assignment',
          ...place,
          targets: [{ type: 'name', name: this.text(child), start: child.from, end: child.to }],
          operator: '=',
          value: part,
        });
        at += 1;
      }
    }
  }

  private imports(node: SyntaxNode, into: Statement[]): void {
    const place = { start: node.from, end: node.to };
    const parts = children(node);
    const from = parts.find((part) => part.name === 'String');
    if (from === undefined) return;
    const module = moduleName(this.text(from).slice(1, -1));
    const names: { path: string; alias: string }[] = [];
    for (const part of parts) {
      if (part.name === 'VariableDefinition') names.push({ path: module, alias: this.text(part) });
      if (part.name !== 'ImportGroup') continue;
      let name = '';
      for (const child of children(part)) {
        if (child.name === 'VariableName') name = this.text(child);
        else if (child.name === 'VariableDefinition') {
          const alias = this.text(child);
          names.push({ path: `${module}.${name === '' ? alias : name}`, alias });
          name = '';
        } else if (child.name === ',') name = '';
      }
    }
    into.push({ type: 'import', ...place, names, modules: [module] });
  }

  private definition(node: SyntaxNode, depth: number): Statement {
    const name = children(node).find(
      (child) => child.name === 'VariableDefinition' || child.name === 'PropertyDefinition',
    );
    const list = children(node).find((child) => child.name === 'ParamList');
    const body = children(node).find((child) => child.name === 'Block');
    return {
      type: 'definition',
      start: node.from,
      end: node.to,
      name: name === undefined ? '' : this.text(name),
      parameters: list === undefined ? [] : this.parameters(list, depth),
      body: body === undefined ? [] : this.statements(body, depth + 1),
      bodyStart: body === undefined ? node.to : body.from,
      decorators: [],
    };
  }

  private classOf(node: SyntaxNode, depth: number): Statement {
    const name = children(node).find((child) => child.name === 'VariableDefinition');
    const body: Statement[] = [];
    const inside = children(node).find((child) => child.name === 'ClassBody');
    for (const child of inside === undefined ? [] : children(inside))
      if (child.name === 'MethodDeclaration') body.push(this.definition(child, depth + 1));
    return {
      type: 'class',
      start: node.from,
      end: node.to,
      name: name === undefined ? '' : this.text(name),
      bases: [],
      body,
    };
  }

  private parameters(node: SyntaxNode, depth: number): Parameter[] {
    const output: Parameter[] = [];
    let expectDefault = false;
    let rest = false;
    for (const child of children(node)) {
      if (child.name === 'VariableDefinition') {
        output.push(rest ? { name: this.text(child), rest } : { name: this.text(child) });
        rest = false;
      } else if (child.name === 'Spread') rest = true;
      else if (child.name === 'Equals') expectDefault = true;
      else if (expectDefault) {
        const value = this.expression(child, depth);
        const last = output[output.length - 1];
        if (value !== undefined && last !== undefined)
          output[output.length - 1] = { ...last, default: value };
        expectDefault = false;
      }
    }
    return output;
  }

  private loop(node: SyntaxNode, depth: number, into: Statement[]): void {
    const place = { start: node.from, end: node.to };
    const body = this.bodies(node, depth);
    const spec = children(node).find((child) => /^For(?:Of|In)?Spec$/.test(child.name));
    if (spec !== undefined && spec.name !== 'ForSpec') {
      const target = children(spec).find((child) => /^(?:VariableDefinition|VariableName)$/.test(child.name));
      const last = this.expressions(spec, depth).at(-1);
      if (target !== undefined && last !== undefined) {
        into.push({
          type: 'for',
          ...place,
          targets: [{ type: 'name', name: this.text(target), start: target.from, end: target.to }],
          iterable: last,
          body,
        });
        return;
      }
    }
    const endless = spec !== undefined && /^\(\s*;\s*;\s*\)$/.test(this.text(spec));
    if (spec !== undefined && !endless) into.push(...this.statements(spec, depth + 1));
    const test: Expression = { type: 'other', inside: [], ...place };
    into.push({ type: 'while', ...place, test: endless ? undefined : test, body });
  }

  private block(node: SyntaxNode, depth: number, into: Statement[]): void {
    if (isTooDeep(depth)) return;
    const place = { start: node.from, end: node.to };
    const tests: Expression[] = [];
    const body: Statement[] = [];
    for (const child of children(node)) {
      if (child.name === 'ParenthesizedExpression') {
        const test = this.expression(child, depth);
        if (test !== undefined)
          tests.push({ type: 'other', inside: [test], start: test.start, end: test.end });
      } else this.statement(child, depth + 1, body);
    }
    into.push({ type: 'block', ...place, tests, body });
  }

  private bodies(node: SyntaxNode, depth: number): Statement[] {
    const output: Statement[] = [];
    for (const child of children(node)) {
      if (child.name === 'Block') output.push(...this.statements(child, depth + 1));
      else if (/Statement$|Declaration$/.test(child.name)) this.statement(child, depth + 1, output);
    }
    return output;
  }

  private expressions(node: SyntaxNode, depth: number): Expression[] {
    const output: Expression[] = [];
    if (isTooDeep(depth)) return output;
    for (let child = node.firstChild; child !== null; child = child.nextSibling) {
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
        return { type: 'string', value: scriptEscapes(this.text(node).slice(1, -1)), ...place };
      case 'TemplateString':
        return this.template(node, depth);
      case 'Number':
        return {
          type: 'number',
          value: Number(this.text(node).replaceAll('_', '').replace(/n$/, '')),
          ...place,
        };
      case 'BooleanLiteral':
        return { type: 'constant', value: this.text(node) === 'true', ...place };
      case 'null':
        return { type: 'constant', value: null, ...place };
      case 'VariableName':
      case 'this':
      case 'super':
        return { type: 'name', name: this.text(node), ...place };
      case 'MemberExpression':
        return this.member(node, depth);
      case 'DynamicImport': {
        const callee: Expression = { type: 'name', name: 'require', ...place };
        return { type: 'call', callee, arguments: this.arguments(node, depth), ...place };
      }
      case 'CallExpression':
      case 'NewExpression':
        return this.call(node, depth);
      case 'BinaryExpression':
      case 'AssignmentExpression': {
        const parts = children(node);
        const left = this.expression(parts[0], depth + 1);
        const right = this.expression(parts[parts.length - 1], depth + 1);
        if (left === undefined || right === undefined || parts.length < 3) return left ?? right;
        const operator = this.text(parts[1]!);
        if (node.name === 'AssignmentExpression')
          return { type: 'assign', target: left, operator, value: right, ...place };
        return { type: 'binary', operator, left, right, ...place };
      }
      case 'UnaryExpression': {
        const operand = this.expression(node.lastChild ?? undefined, depth + 1);
        return operand === undefined
          ? undefined
          : { type: 'unary', operator: this.text(node.firstChild!), operand, ...place };
      }
      case 'ParenthesizedExpression':
      case 'AwaitExpression': {
        const inside = this.expressions(node, depth);
        return inside[inside.length - 1];
      }
      case 'SequenceExpression':
        return { type: 'other', inside: this.expressions(node, depth), ...place };
      case 'ArrayExpression':
        return { type: 'list', items: this.expressions(node, depth), ...place };
      case 'ObjectExpression':
        return this.object(node, depth);
      case 'ConditionalExpression': {
        const [test, then, otherwise] = this.expressions(node, depth);
        if (test === undefined || then === undefined || otherwise === undefined) return undefined;
        return { type: 'conditional', test, then, else: otherwise, ...place };
      }
      case 'ArrowFunction':
      case 'FunctionExpression':
        return this.functionOf(node, depth);
      default: {
        if (node.firstChild === null || /Comment$/.test(node.name)) return undefined;
        const inside = this.expressions(node, depth);
        return inside.length === 0 ? undefined : { type: 'other', inside, ...place };
      }
    }
  }

  private functionOf(node: SyntaxNode, depth: number): Expression {
    const parts = children(node);
    const list = parts.find((part) => part.name === 'ParamList');
    const block = parts.find((part) => part.name === 'Block');
    const only = parts.find((part) => part.name === 'VariableDefinition');
    const value = block === undefined ? this.expression(node.lastChild ?? undefined, depth + 1) : undefined;
    const body: Statement[] =
      block !== undefined
        ? this.statements(block, depth + 1)
        : value === undefined
          ? []
          : [{ type: 'return', value, start: value.start, end: value.end }];
    const parameters =
      list !== undefined
        ? this.parameters(list, depth)
        : only === undefined
          ? []
          : [{ name: this.text(only) }];
    return { type: 'function', parameters, body, start: node.from, end: node.to };
  }

  private call(node: SyntaxNode, depth: number): Expression | undefined {
    const place = { start: node.from, end: node.to };
    const created = node.name === 'NewExpression';
    const parts = children(node).filter((part) => part.name !== 'new' && part.name !== '?.');
    const callee = this.expression(parts[0], depth + 1);
    const list = parts.find((part) => part.name === 'ArgList');
    if (callee === undefined) {
      const inside = list === undefined ? [] : this.arguments(list, depth + 1);
      return { type: 'other', inside: inside.map((argument) => argument.value), ...place };
    }
    if (list === undefined)
      return created
        ? { type: 'call', callee, arguments: [], created, ...place }
        : { type: 'other', inside: this.templates(parts, callee, depth), ...place };
    return {
      type: 'call',
      callee,
      arguments: this.arguments(list, depth + 1),
      ...(created ? { created } : {}),
      ...place,
    };
  }

  /** `tag`...``: a call without an argument list. */
  private templates(parts: readonly SyntaxNode[], callee: Expression, depth: number): Expression[] {
    const rest = parts.slice(1).map((part) => this.expression(part, depth + 1));
    return [callee, ...rest.filter((part) => part !== undefined)];
  }

  private arguments(node: SyntaxNode, depth: number): Argument[] {
    const output: Argument[] = [];
    let spread = false;
    for (const child of children(node)) {
      if (child.name === 'Spread') spread = true;
      else {
        const value = this.expression(child, depth);
        if (value === undefined) continue;
        output.push(spread ? { value, spread } : { value });
        spread = false;
      }
    }
    return output;
  }

  private member(node: SyntaxNode, depth: number): Expression | undefined {
    const place = { start: node.from, end: node.to };
    const parts = children(node);
    const object = this.expression(parts[0], depth + 1);
    if (object === undefined) return undefined;
    const property = parts.find(
      (part) => part.name === 'PropertyName' || part.name === 'PrivatePropertyName',
    );
    if (property !== undefined) return { type: 'attribute', object, name: this.text(property), ...place };
    const index = this.expression(parts.at(-2), depth + 1);
    if (index === undefined) return object;
    if (index.type === 'string') return { type: 'attribute', object, name: index.value, ...place };
    return { type: 'index', object, index, ...place };
  }

  private object(node: SyntaxNode, depth: number): Expression {
    const entries: [Expression, Expression][] = [];
    for (const child of children(node)) {
      if (child.name !== 'Property') continue;
      const parts = children(child);
      const first = parts[0];
      if (first === undefined) continue;
      const name = first.name === 'String' ? this.text(first).slice(1, -1) : this.text(first);
      const key: Expression = { type: 'string', value: name, start: first.from, end: first.to };
      const list = parts.find((part) => part.name === 'ParamList');
      const value: Expression | undefined =
        list !== undefined
          ? this.functionOf(child, depth)
          : parts.length > 1
            ? this.expression(parts.at(-1), depth + 1)
            : { type: 'name', name, start: first.from, end: first.to };
      if (value !== undefined) entries.push([key, value]);
    }
    return { type: 'dict', entries, start: node.from, end: node.to };
  }

  private template(node: SyntaxNode, depth: number): Expression {
    const parts: (string | Expression)[] = [];
    let at = node.from + 1;
    for (const child of children(node)) {
      if (child.name !== 'Interpolation') continue;
      if (child.from > at) parts.push(scriptEscapes(this.source.slice(at, child.from)));
      const value = this.expressions(child, depth)[0];
      parts.push(value === undefined ? this.text(child) : { ...value, start: child.from, end: child.to });
      at = child.to;
    }
    const end = this.text(node).endsWith('`') ? node.to - 1 : node.to;
    if (end > at) parts.push(scriptEscapes(this.source.slice(at, end)));
    return { type: 'template', parts, start: node.from, end: node.to };
  }

  private text(node: SyntaxNode): string {
    return this.source.slice(node.from, node.to);
  }
}

/** `node:child_process` is `child_process`. */
export function moduleName(text: string): string {
  return text.replace(/^node:/, '');
}
