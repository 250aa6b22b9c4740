import type { Frame } from '../frame.ts';
import { emitCode } from '../frame.ts';
import { MAX_ACTIONS } from '../limits.ts';
import { pass } from '../overrun.ts';
import { runEscapedLine } from './escape.ts';

const STATEMENT =
  /^\s*(?:explain\s+(?:analyze\s+)?)?(select|insert|update|delete|drop|truncate|alter|create|grant|revoke|copy|load|attach|vacuum|replace|merge|with|call|exec(?:ute)?|set|show|use|pragma|shutdown|kill|flush|reset|do|lock|rename|comment|begin|commit|rollback)\b(?:\s+(?:or\s+replace\s+)?(table|database|schema|user|role|view|index|trigger|function|procedure|extension|login|event|data|policy|owned|sequence|column|tablespace|from|into|all|binary\s+logs))?/i;

/** What has the server run a command: PostgreSQL's `COPY`, SQL Server's `xp_cmdshell`, MySQL's `sys_exec`. */
const PROGRAM =
  /\b(?:from\s+program|to\s+program|xp_cmdshell|sys_exec\s*\(|sys_eval\s*\(|dbms_scheduler\.create_job\b[^']*)\s*'((?:[^']|'')+)'/gi;

/** SQL: one code action a statement, named by its verb and what it acts on; a client's `\! cmd` is run. */
export function interpretSql(frame: Frame, text: string): void {
  let from = 0;
  for (const statement of split(text)) {
    const start = text.indexOf(statement, from);
    from = start + statement.length;
    const command = /^\s*(?:\\!|\.shell\s|\.system\s|system\s)\s*([^\n]+)/.exec(statement);
    if (command !== null) {
      runEscapedLine(frame, command[1]!, start, from);
      continue;
    }
    for (const program of statement.matchAll(PROGRAM))
      runEscapedLine(frame, program[1]!.replaceAll("''", "'"), start, from, 'SQL');
    const match = STATEMENT.exec(withoutComments(statement));
    if (match === null) continue;
    const name = [match[1], match[2]]
      .filter((word) => word !== undefined)
      .join(' ')
      .toUpperCase();
    emitCode(frame, { language: 'sql', construct: 'call', name, value: statement.trim() }, start, from);
  }
}

/** Statements, cut at the semicolons that stand outside quotes. */
function split(text: string): string[] {
  const output: string[] = [];
  let from = 0;
  let quote = '';
  for (let at = 0; at < text.length && output.length < MAX_ACTIONS; at += 1) {
    const character = text[at]!;
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (character === "'" || character === '"' || character === '`') quote = character;
    else if (character === ';') {
      output.push(text.slice(from, at));
      from = at + 1;
    }
  }
  if (output.length >= MAX_ACTIONS) pass('actions');
  output.push(text.slice(from));
  return output.filter((statement) => statement.trim() !== '');
}

function withoutComments(statement: string): string {
  return statement.replace(/^(?:\s*--[^\n]*(?:\n|$))+/, '').replace(/^\s*\/\*[\s\S]*?\*\//, '');
}
