import { MAX_ITEMS } from '../limits.ts';
import { exceeds, firstOf } from '../overrun.ts';
import type { Argument, Expression } from './ast.ts';
import type { CodeCall, Evaluator } from './evaluate.ts';
import { method } from './methods.ts';
import type { Reference, Scope, Value } from './values.ts';
import { instance, isInstance, isList, isObject, isUnknown, unknown, written } from './values.ts';

/** A call: of a function of the text, a method of a value, or something that the library knows. */
export function runCall(
  evaluator: Evaluator,
  expression: Expression & { type: 'call' },
  scope: Scope,
): Value {
  const callee = evaluator.value(expression.callee, scope);
  const given: Value[] = [];
  const named = new Map<string, Value>();
  for (const argument of expression.arguments) addArgument(evaluator, argument, scope, given, named);
  if (isObject(callee) && callee.kind === 'closure')
    return evaluator.apply(callee, callee.self === undefined ? given : [callee.self, ...given], named);
  if (isInstance(callee)) {
    // calling a class of the text: its constructor
    const maker = callee.data.get('__init__') ?? callee.data.get('constructor');
    if (isObject(maker) && maker.kind === 'closure') evaluator.apply(maker, [callee, ...given], named);
    return callee;
  }
  for (const value of [...given, ...named.values()]) useAsCallback(evaluator, value);
  callGiven(evaluator, callee, given, named, expression);
  if (isUnknown(callee) && callee.content !== undefined)
    return unknown(written(evaluator.source, expression), callee.content);
  if (!isObject(callee) || callee.kind !== 'reference') return evaluator.hole(expression);
  if (callee.self !== undefined && callee.path.startsWith('?.')) {
    const result = method(evaluator, callee.self, callee.path.slice(2), given, named, expression);
    if (result !== undefined) return result;
  }
  return library(evaluator, callee, given, named, expression);
}

function library(
  evaluator: Evaluator,
  callee: Reference,
  given: readonly Value[],
  named: ReadonlyMap<string, Value>,
  expression: Expression & { type: 'call' },
): Value {
  const call: CodeCall = {
    path: callee.path,
    arguments: given,
    named,
    expression,
    evaluator,
    start: expression.start,
    end: expression.end,
    ...(callee.self === undefined ? {} : { self: callee.self }),
  };
  const result = evaluator.dialect.call(call) ?? starred(evaluator, call);
  if (result !== undefined) return result;
  if (callee.imported || expression.created === true || !callee.path.includes('?'))
    noteCall(evaluator, callee.path, expression, callee.imported);
  if (exceeds(callee.path.length, 200, 'string')) return evaluator.hole(expression);
  if (callee.imported && callee.self === undefined) return instance(`${callee.path}()`);
  // what an object's method makes still knows what the object knew
  if (isInstance(callee.self))
    return { kind: 'instance', type: `${callee.path}()`, data: new Map(callee.self.data) };
  return evaluator.hole(expression);
}

/** A call to a name that does nothing that has an action of its own. */
export function noteCall(
  evaluator: Evaluator,
  path: string,
  expression: Expression & { type: 'call' },
  imported = true,
): void {
  if (!imported && !path.includes('.') && !NOTED.has(path)) return;
  const value = evaluator.source
    .slice(expression.callee.end, expression.end)
    .trim()
    .replace(/^\(([\s\S]*)\)$/, '$1');
  evaluator.note('call', evaluator.spoken(path), value, expression.start, expression.end);
}

function addArgument(
  evaluator: Evaluator,
  argument: Argument,
  scope: Scope,
  given: Value[],
  named: Map<string, Value>,
): void {
  const value = evaluator.value(argument.value, scope);
  if (argument.name !== undefined) named.set(argument.name, value);
  else if (argument.spread === true && isList(value)) given.push(...value.items);
  else if (argument.spread === true && isObject(value) && value.kind === 'dict')
    for (const [key, each] of value.entries) named.set(key, each);
  else given.push(value);
}

/** A function handed to something else will be called by it: `Thread(target=f)`, `map(f, …)`. */
function useAsCallback(evaluator: Evaluator, value: Value): void {
  if (!isObject(value) || value.kind !== 'closure' || evaluator.called.has(value.body)) return;
  if (evaluator.file === undefined) evaluator.apply(value, [], new Map());
}

/** A function of the library handed to something that calls it: `Thread(target=os.system, args=("id",))`, `map(os.system, …)`. */
function callGiven(
  evaluator: Evaluator,
  callee: Value,
  given: readonly Value[],
  named: ReadonlyMap<string, Value>,
  expression: Expression & { type: 'call' },
): void {
  if (!isObject(callee) || callee.kind !== 'reference') return;
  const run = (path: string, values: readonly Value[]) => {
    const { start, end } = expression;
    evaluator.dialect.call({
      path,
      arguments: values,
      named: NO_NAMES,
      expression,
      evaluator,
      start,
      end,
    });
  };
  const target = named.get('target');
  const args = named.get('args');
  if (isFunction(target)) run(target.path, isList(args) ? args.items : []);
  if (!CALLERS.test(callee.path)) return;
  const at = given.findIndex(isFunction);
  const handed = given[at];
  if (!isFunction(handed)) return;
  const rest = given.slice(at + 1);
  const each = /map(?:_async|_unordered)?$/.test(callee.path) && isList(rest[0]) ? rest[0].items : undefined;
  const list =
    rest.length === 1 && isList(rest[0]) && /(?:apply|apply_async|start_new_thread|Timer)$/.test(callee.path);
  if (each !== undefined) for (const value of firstOf(each, MAX_ITEMS, 'items')) run(handed.path, [value]);
  else run(handed.path, list ? (rest[0] as { items: readonly Value[] }).items : rest);
}

/** The call under the name that `from module import *` gave it. */
function starred(evaluator: Evaluator, call: CodeCall): Value | undefined {
  if (evaluator.stars.length === 0 || call.path.includes('.')) return undefined;
  for (const module of evaluator.stars) {
    const result = evaluator.dialect.call({ ...call, path: `${module}.${call.path}` });
    if (result !== undefined) return result;
  }
  return undefined;
}

const NO_NAMES: ReadonlyMap<string, Value> = new Map();

/** What calls a function that it is given. */
const CALLERS =
  /(?:^|\.)(?:map|imap|imap_unordered|map_async|starmap|apply|apply_async|submit|run_in_executor|to_thread|run_sync|run|start_new_thread|Timer|call_soon|call_later|register|spawn)$/;

function isFunction(value: Value | undefined): value is Reference {
  return isObject(value) && value.kind === 'reference' && value.imported;
}

/** Functions without a module that are worth telling. */
const NOTED = new Set([
  'system',
  'popen',
  'shell_exec',
  'passthru',
  'proc_open',
  'fork',
  'eval',
  'exec',
  'compile',
  'exit',
  'quit',
  '__import__',
  'open',
  'SkipTest',
  'skip',
  'setattr',
  'globals',
  'delattr',
  'breakpoint',
]);
