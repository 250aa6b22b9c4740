import type { StyleReader, TextCall } from './styles.ts';
import { stretches } from './tags.ts';

/** Tags around what is run, by the tool that runs it. */
const runners: readonly (readonly [tag: string, tool: string])[] = [
  ...['bash', 'shell', 'sh', 'cmd', 'command', 'run', 'run_command', 'terminal'].map(
    (tag) => [tag, 'bash'] as const,
  ),
  ['action', ''],
  ...['python', 'ipython', 'code', 'tool_code', 'interpreter'].map((tag) => [tag, 'python'] as const),
];

/** `<bash>…</bash>`, `<code>…</code>` and their kin. */
export const runTags: StyleReader = (text) =>
  runners.flatMap(([tag, name]) =>
    text.includes(`</${tag}>`)
      ? stretches(text, `<${tag}>`, `</${tag}>`).flatMap(({ start, end, body }) =>
          body.trim() === '' ? [] : [{ name, arguments: body.trim(), start, end }],
        )
      : [],
  );

/** Tools of Cline and its kin; their arguments are tags inside. */
const toolNames = [
  ...['execute_command', 'read_file', 'write_to_file', 'replace_in_file', 'apply_diff', 'insert_content'],
  ...['search_and_replace', 'search_files', 'list_files', 'browser_action', 'use_mcp_tool', 'new_task'],
  ...['access_mcp_resource', 'list_code_definition_names', 'attempt_completion', 'fetch_instructions'],
];

/** `<execute_command><command>…</command></execute_command>` (Cline), and `<tool_name>` beside its parameters. */
export const toolTags: StyleReader = (text) => [
  ...toolNames.flatMap((name) =>
    text.includes(`<${name}>`)
      ? stretches(text, `<${name}>`, `</${name}>`).map(({ start, end, body }): TextCall => {
          const values = innerTags(body);
          const tool = name === 'use_mcp_tool' ? (values['tool_name'] ?? name) : name;
          return { name: tool, arguments: values['arguments'] ?? JSON.stringify(values), start, end };
        })
      : [],
  ),
  ...named(text, 'tool_name', ['parameters', 'arguments', 'args', 'input']),
  ...named(text, 'tool', ['args', 'arguments', 'parameters', 'input', 'params', 'tool_input']),
];

/** `<tool>NAME</tool>` with what it is given in the tag behind it. */
function named(text: string, tag: string, inputs: readonly string[]): TextCall[] {
  if (!text.includes(`</${tag}>`)) return [];
  return stretches(text, `<${tag}>`, `</${tag}>`).flatMap(({ start, end, body }) => {
    const open = /\s*<(\w{1,40})>/y;
    open.lastIndex = end;
    const input = open.exec(text);
    if (input === null || !inputs.includes(input[1]!) || body.trim() === '') return [];
    const from = end + input[0].length;
    const shut = text.indexOf(`</${input[1]!}>`, from);
    const to = shut < 0 ? text.length : shut;
    const given = text.slice(from, to).trim();
    const values = innerTags(given);
    const isTagged = Object.keys(values).length > 0;
    const behind = Math.min(text.length, to + input[1]!.length + 3);
    return [{ name: body.trim(), arguments: isTagged ? JSON.stringify(values) : given, start, end: behind }];
  });
}

/** Most tags of one call that are not closed: each is looked for to the end. */
const mostUnclosed = 100;

/** The values of the tags that lie side by side in a text. */
function innerTags(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  const open = /<(\w{1,40})>/g;
  let unclosed = 0;
  for (let match = open.exec(text); match !== null && unclosed < mostUnclosed; match = open.exec(text)) {
    const from = match.index + match[0].length;
    const shut = text.indexOf(`</${match[1]!}>`, from);
    if (shut < 0) {
      unclosed += 1;
      continue;
    }
    values[match[1]!] = text.slice(from, shut).trim();
    open.lastIndex = shut;
  }
  return values;
}
