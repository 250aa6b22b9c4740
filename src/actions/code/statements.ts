import { spend } from '../frame.ts';
import { MAX_ITEMS, MAX_WORDS } from '../limits.ts';
import { firstOf } from '../overrun.ts';
import type { Expression, Statement } from './ast.ts';
import type { Evaluator } from './evaluate.ts';
import { binary } from './operators.ts';
import type { Closure, Scope } from './values.ts';
import { instance, isInstance, isList, isObject, iterated, unknown, written } from './values.ts';

/** Goes through one statement, with whatever it does. */
export function runStatement(evaluator: Evaluator, statement: Statement, scope: Scope): void {
  switch (statement.type) {
    case 'expression':
      evaluator.value(statement.value, scope);
      return;
    case 'assignment':
      assignment(evaluator, statement, scope);
      return;
    case 'import':
      for (const { path, alias } of statement.names) {
        if (alias === '*') {
          evaluator.stars.push(path);
          continue;
        }
        scope.names.set(alias, { kind: 'reference', path, imported: true });
      }
      return;
    case 'definition': {
      for (const decorator of statement.decorators) evaluator.value(decorator, scope);
      const closure: Closure = {
        kind: 'closure',
        name: statement.name,
        parameters: statement.parameters,
        body: statement.body,
        scope,
      };
      scope.names.set(statement.name, closure);
      evaluator.definitions.push({ closure, start: statement.start, end: statement.end });
      const value = evaluator.source.slice(statement.bodyStart, statement.end).trim();
      evaluator.note('define', statement.name, value, statement.start, statement.end);
      return;
    }
    case 'class':
      classOf(evaluator, statement, scope);
      return;
    case 'for':
      loop(evaluator, statement, scope);
      return;
    case 'while': {
      const test = statement.test === undefined ? true : evaluator.value(statement.test, scope);
      repeated(evaluator, test === true || test === 1 ? 'endless' : 'counted', statement.body, scope);
      return;
    }
    case 'block': {
      const known = statement.tests.map((test) => evaluator.value(test, scope));
      if (known.length === 1 && (known[0] === false || known[0] === 0)) return;
      evaluator.statements(statement.body, scope);
      return;
    }
    case 'with':
      for (const item of statement.items) {
        const value = evaluator.value(item.value, scope);
        if (item.target !== undefined) evaluator.bind(item.target, value, scope);
      }
      evaluator.statements(statement.body, scope);
      return;
    case 'return':
      if (statement.value !== undefined) evaluator.returned = evaluator.value(statement.value, scope);
      return;
    case 'raise':
      if (statement.value !== undefined) raise(evaluator, statement.value, scope);
      return;
    case 'delete':
      for (const target of statement.targets) evaluator.value(target, scope);
      return;
  }
}

function assignment(evaluator: Evaluator, statement: Statement & { type: 'assignment' }, scope: Scope): void {
  let value = evaluator.value(statement.value, scope);
  for (const target of statement.targets) {
    if (statement.operator !== '=' && statement.operator !== ':=') {
      const before = evaluator.value(target, scope);
      const operator = statement.operator.replace(/=$/, '');
      value = binary(evaluator, operator, before, value, written(evaluator.source, statement.value));
    }
    evaluator.bind(target, value, scope);
    noteAssignment(evaluator, target, statement.value, scope);
  }
}

/** `time.time = lambda: 0`: an attribute of something imported is replaced. */
export function noteAssignment(
  evaluator: Evaluator,
  target: Expression,
  value: Expression,
  scope: Scope,
): void {
  if (target.type !== 'attribute' && target.type !== 'index') return;
  const path = pathOf(evaluator, target, scope);
  if (path === undefined) return;
  const text = evaluator.source.slice(value.start, value.end);
  evaluator.note('assign', evaluator.spoken(path), text, target.start, value.end);
}

/** The dotted name of an attribute of something imported or global. */
function pathOf(evaluator: Evaluator, target: Expression, scope: Scope): string | undefined {
  const place = target.type === 'index' ? target.object : target;
  if (place.type !== 'attribute') return undefined;
  const object = evaluator.value(place.object, scope);
  if (isObject(object) && object.kind === 'reference') return `${object.path}.${place.name}`;
  if (isInstance(object)) return `${object.type}.${place.name}`;
  return undefined;
}

function classOf(evaluator: Evaluator, statement: Statement & { type: 'class' }, scope: Scope): void {
  const inside: Scope = { names: new Map(), parent: scope };
  const self = instance(statement.name);
  for (const base of statement.bases) evaluator.value(base, scope);
  evaluator.note(
    'define',
    statement.name,
    evaluator.source.slice(statement.start, statement.end),
    statement.start,
    statement.end,
  );
  for (const each of statement.body) {
    if (!spend(evaluator.frame)) return;
    runStatement(evaluator, each, inside);
    if (each.type !== 'definition') continue;
    const closure = inside.names.get(each.name);
    if (isObject(closure) && closure.kind === 'closure') {
      const bound: Closure = { ...closure, self };
      self.data.set(each.name, bound);
      const last = evaluator.definitions[evaluator.definitions.length - 1];
      if (last?.closure.body === closure.body) last.closure = bound;
    }
  }
  scope.names.set(statement.name, self);
}

/** The body of a loop. */
function repeated(
  evaluator: Evaluator,
  loop: 'endless' | 'counted',
  body: readonly Statement[],
  scope: Scope,
): void {
  const before = evaluator.frame;
  evaluator.frame = { ...before, loop: before.loop ?? loop };
  evaluator.statements(body, scope);
  evaluator.frame = before;
}

function loop(evaluator: Evaluator, statement: Statement & { type: 'for' }, scope: Scope): void {
  const items = evaluator.value(statement.iterable, scope);
  const values = iterated(items);
  const target = statement.targets.length === 1 ? statement.targets[0]! : undefined;
  const several: Expression = {
    type: 'list',
    items: statement.targets,
    start: statement.start,
    end: statement.end,
  };
  const isRange = isList(items) && items.range === true;
  const silent = statement.body.every((each) => isSilent(each, !isRange));
  if (values === undefined || values.length === 0 || (isRange && !silent)) {
    for (const each of statement.targets)
      evaluator.bind(each, unknown(written(evaluator.source, each)), scope);
    repeated(evaluator, 'counted', statement.body, scope);
    return;
  }
  const rounds = silent ? firstOf(values, MAX_WORDS, 'words') : firstOf(values, MAX_ITEMS, 'items');
  for (const value of rounds) {
    if (!spend(evaluator.frame)) return;
    evaluator.bind(target ?? several, value, scope);
    repeated(evaluator, 'counted', statement.body, scope);
  }
}

function raise(evaluator: Evaluator, value: Expression, scope: Scope): void {
  if (value.type === 'call') {
    evaluator.value(value, scope);
    return;
  }
  const name = evaluator.value(value, scope);
  if (isObject(name) && name.kind === 'reference')
    evaluator.note('call', name.path, '', value.start, value.end);
}

/** Whether a statement only works out values. @param inside also in the branches of a block */
function isSilent(statement: Statement, inside: boolean): boolean {
  if (statement.type === 'block') return inside && statement.body.every((each) => isSilent(each, inside));
  return statement.type === 'assignment' || (statement.type === 'expression' && isAppend(statement.value));
}

function isAppend(expression: Expression): boolean {
  return (
    expression.type === 'call' &&
    expression.callee.type === 'attribute' &&
    /^(?:append|push|extend)$/.test(expression.callee.name)
  );
}
