import { inner } from '../frame.ts';
import { evaluatorFrame, silent } from './effects.ts';
import type { CodeCall } from './evaluate.ts';
import type { Value } from './values.ts';
import { textOf, unknown, written } from './values.ts';

const EXECUTES =
  /(?:^|\.)(?:execute|executescript|executemany|query|exec_driver_sql|read_sql|read_sql_query|raw)$/;
const STATEMENT =
  /^\s*(?:select|insert|update|delete|drop|truncate|alter|create|grant|revoke|replace|pragma|with|call|copy|load)\b/i;

/** `cursor.execute("DROP TABLE …")`: the statement is told, whatever the object is. */
export function statementCall(call: CodeCall): Value | undefined {
  if (!EXECUTES.test(call.path) || silent(call)) return undefined;
  const text = textOf(call.arguments[0]);
  if (text === undefined || !STATEMENT.test(text)) return undefined;
  const inside = inner(
    evaluatorFrame(call.evaluator),
    [call.path.replace(/^\?\./, '').replace(/\(\)/g, '')],
    call.start,
    call.end,
  );
  if (inside === undefined) return undefined;
  inside.sink.interpret(inside, 'sql', text);
  return unknown(written(call.evaluator.source, call.expression));
}
