import type { Content } from '../content.ts';
import { textContent } from '../content.ts';
import type { Frame, Given } from '../frame.ts';
import { MAX_CODE } from '../limits.ts';
import { cut } from '../overrun.ts';
import type { CodeCall, Dialect } from './evaluate.ts';
import { Evaluator } from './evaluate.ts';
import { notebookText } from './notebook.ts';
import { decodingCalls } from './python-decoding.ts';
import { fileCalls } from './python-files.ts';
import { networkCalls } from './python-network.ts';
import type { Handler } from './python-processes.ts';
import { processCalls, shModule } from './python-processes.ts';
import { skillCalls } from './python-skills.ts';
import { readPython } from './python-syntax.ts';
import { statementCall } from './sql-calls.ts';
import type { Value } from './values.ts';
import { instance, isInstance, isObject, list } from './values.ts';

const LIBRARY: ReadonlyMap<string, Handler> = new Map([
  ...processCalls,
  ...networkCalls,
  ...fileCalls,
  ...decodingCalls,
  ...skillCalls,
]);

/** Modules known by another name than that of what they re-export. */
const SAME: readonly (readonly [RegExp, string])[] = [
  [/^six\.moves\.urllib/, 'urllib'],
  [/^builtins\.|^__builtins__\.|^__builtin__\./, ''],
  [/^(?:eventlet\.green|gevent)\.(?=socket|subprocess|os)/, ''],
  [/^paramiko\.client\./, 'paramiko.'],
];

function library(call: CodeCall): Value | undefined {
  let { path } = call;
  for (const [pattern, replacement] of SAME) path = path.replace(pattern, replacement);
  const handler = LIBRARY.get(path);
  const known = path === call.path ? call : { ...call, path };
  if (handler !== undefined) {
    const result = handler(known);
    if (result !== undefined) return result;
  }
  if (path.startsWith('sh.') || path.startsWith('plumbum.')) return shModule(known);
  return statementCall(known);
}

const environments = new WeakMap<Evaluator, Value>();

/** `os.environ`, with what the text has set in it. */
function environmentOf(evaluator: Evaluator): Value {
  const environment = environments.get(evaluator) ?? instance('os.environ');
  environments.set(evaluator, environment);
  return environment;
}

const python: Dialect = {
  language: 'python',
  call: library,
  hole: (text) => `{${text}}`,
  attribute: (object, name, evaluator) => {
    if (isObject(object) && object.kind === 'reference') {
      if (object.path === 'os' && name === 'environ') return environmentOf(evaluator);
      if (object.path === 'sys.modules') return { kind: 'reference', path: name, imported: true };
      if (object.path === 'sys' && name === 'argv') return list([]);
    }
    // what a response or a file holds, under whichever name
    if (isInstance(object) && object.type === 'response')
      return object.data.get(name) ?? object.data.get('content');
    return undefined;
  },
};

/** Python that is run. What it prints, as far as it is known. */
export function interpretPython(frame: Frame, text: string, given: Given): Content | undefined {
  const whole = cut(text, MAX_CODE, 'code');
  const { source, cells } = notebookText(whole);
  const evaluator = new Evaluator(
    frame,
    { ...python, call: (call) => cells.run(call) ?? library(call) },
    // what is told is told as it is written, not as what stands in for it
    source === '' ? source : whole,
    { files: given.files, directory: given.directory },
  );
  cells.before(evaluator);
  evaluator.run(readPython(source));
  return evaluator.printed.length > 0 ? textContent(evaluator.printed.join('')) : undefined;
}

/** Python that is only written to a file: its definitions, assignments and calls, told as code of that file. */
export function describePython(frame: Frame, text: string, file: string): void {
  const whole = cut(text, MAX_CODE, 'code');
  const { source } = notebookText(whole);
  new Evaluator(frame, python, source === '' ? source : whole, { file }).run(readPython(source));
}
