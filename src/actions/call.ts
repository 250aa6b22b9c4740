import type { Arguments } from './arguments.ts';
import { readArguments } from './arguments.ts';
import { languageNamed, languageOfText } from './sniff.ts';
import { CODE_NAMES, first } from './tools/argument-names.ts';
import type { CallText } from './tools/call-text.ts';
import { codeText, commandText } from './tools/code.ts';
import { editorTexts, patchTexts } from './tools/editors.ts';
import type { Tool } from './tools/names.ts';
import { toolNamed } from './tools/names.ts';
import { webTexts } from './tools/web.ts';

/** Which texts of a tool call are code, commands, paths, contents, in which language. Never throws. */
export function callTexts(name: string, text: string): CallText[] {
  const given = inner(readArguments(text));
  const tool = toolNamed(name);
  if (tool === undefined) return unknownTool(name, given);
  switch (tool.kind) {
    case 'none':
      return [];
    case 'code':
      return codeTexts(tool, given);
    case 'keys':
      return keyTexts(given);
    case 'web':
      return webTexts(given, name);
    case 'patch':
      return patchTexts(given);
    default:
      return editorTexts(tool, given);
  }
}

/** Some hold all arguments in one: `{"arguments": {"command": "ls"}}`. */
function inner(given: Arguments): Arguments {
  if (!('named' in given) || given.named.size !== 1) return given;
  const [name, value] = [...given.named][0]!;
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject && /^(?:arguments|args|kwargs|parameters|params|input|inputs|tool_input)$/.test(name)
    ? { named: new Map(Object.entries(value)) }
    : given;
}

/** A tool of its own: a shell when it takes a command, an interpreter when it takes code; anything else does nothing. */
function unknownTool(name: string, given: Arguments): CallText[] {
  // a text that names no tool is all that there is to run
  if ('text' in given && name === '' && readsAsCode(given.text))
    return [codeText('', given.text, languageOfText(given.text), undefined)];
  if (!('named' in given)) return [];
  const { named } = given;
  const path = first(named, ['path', 'file_path', 'filepath', 'filename', 'target_file']);
  const content = first(named, [
    'file_text',
    'content',
    'contents',
    'file_content',
    'code_edit',
    'new_str',
    'new_string',
  ]);
  if (path !== undefined && content !== undefined && /file|write|edit|save|create|note/i.test(name))
    return editorTexts({ kind: 'editor' }, given);
  for (const key of ['command', 'cmd', 'commands', 'bash_command', 'shell_command', 'cmds']) {
    const value = named.get(key);
    const text = commandText(value, key);
    if (text !== undefined) return [codeText(key, text, 'shell', named)];
  }
  for (const key of ['code', 'script', 'python_code', 'source_code']) {
    const value = named.get(key);
    const language = first(named, ['language', 'lang'])?.text;
    if (typeof value !== 'string' || (language === undefined && !/\W/.test(value.trim()))) continue;
    // the code of a language that is not gone through is no shell's
    const own =
      language === undefined ? (languageNamed(name) ?? languageOfText(value)) : languageNamed(language);
    if (own === undefined || (language === undefined && own === 'shell' && !readsAsCode(value))) continue;
    return [codeText(key, value, own, named)];
  }
  if (named.has('keystrokes')) return keyTexts(given);
  return [];
}

/** A word like `FLIGHT_12` under the name `code` is no script. */
function readsAsCode(text: string): boolean {
  return /\s/.test(text.trim()) && /[-/|$;&()=]/.test(text);
}

function codeTexts(tool: Tool & { kind: 'code' }, given: Arguments): CallText[] {
  if ('text' in given)
    return given.text.trim() === ''
      ? []
      : [codeText('', given.text, tool.language ?? languageOfText(given.text), undefined)];
  if ('list' in given) {
    const text = commandText(given.list);
    return text === undefined ? [] : [codeText('', text, tool.language ?? 'shell', undefined)];
  }
  const { named } = given;
  const spoken = first(named, ['language', 'lang', 'interpreter', 'kernel'])?.text;
  const language =
    spoken === undefined
      ? tool.language
      : (languageNamed(spoken) ?? (tool.language === undefined ? null : tool.language));
  // a language that nothing here goes through
  if (language === null) return [];
  // SWE-agent's `edit` and editor arguments under a shell's name
  const output: CallText[] = [];
  for (const key of CODE_NAMES) {
    const value = named.get(key);
    const text = commandText(value, key);
    if (text === undefined || text.trim() === '') continue;
    if (key === 'args' || key === 'arguments' || key === 'argv') {
      if (tool.language !== 'shell') continue;
    }
    output.push(codeText(key, text, language ?? languageOfText(text), named));
    break;
  }
  if (output.length > 0) return output;
  // one text under a name of its own
  const strings = [...named].filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  const only = strings.length === 1 ? strings[0] : undefined;
  if (
    only !== undefined &&
    tool.language !== undefined &&
    !/^(?:thought|reason|description|message|id|path|session|timeout|session_id|process_id|pid|name)$/.test(
      only[0],
    )
  ) {
    output.push(codeText(only[0], only[1], tool.language, named));
  }
  return output;
}

/** Keys sent to a terminal: what is typed before Enter is a command line. */
function keyTexts(given: Arguments): CallText[] {
  if ('text' in given) return [codeText('', given.text, 'shell', undefined)];
  if ('list' in given) {
    const text = commandText(given.list);
    return text === undefined ? [] : [codeText('', text, 'shell', undefined)];
  }
  for (const key of ['keystrokes', 'keys', 'input', 'text', 'commands', 'command', 'chars', 'data']) {
    const text = commandText(given.named.get(key));
    if (text !== undefined) return [codeText(key, text.replace(/\bEnter\b\s*$/, ''), 'shell', given.named)];
  }
  return [];
}
