/** Names that tools give to their arguments, those that say most of their role first. */

export const CODE_NAMES = [
  'command',
  'cmd',
  'code',
  'script',
  'bash_command',
  'shell_command',
  'commands',
  'cell',
  'source',
  'input',
  'keystrokes',
  'keys',
  'query',
  'sql',
  'statement',
  'python_code',
  'expression',
  'text',
  'content',
  'cell_content',
  'cell_code',
  'bash',
  'shell',
  'cmds',
  'actions',
  'action',
  'program',
  'args',
  'arguments',
  'argv',
  'raw',
  'value',
  'function',
];
export const PATH_NAMES = [
  'path',
  'file_path',
  'filepath',
  'file',
  'filename',
  'file_name',
  'target_file',
  'relative_path',
  'relative_workspace_path',
  'notebook_path',
  'absolute_path',
  'filePath',
  'TargetFile',
  'AbsolutePath',
  'target',
  'uri',
  'name',
];
export const CONTENT_NAMES = [
  'file_text',
  'content',
  'contents',
  'text',
  'file_content',
  'code',
  'body',
  'data',
  'new_source',
  'file_contents',
  'CodeContent',
  'code_edit',
  'fileText',
  'new_content',
  'new_str',
  'new_string',
];
export const NEW_NAMES = [
  'new_str',
  'new_string',
  'replacement_text',
  'replacement',
  'replace',
  'new_text',
  'newText',
  'newString',
  'new_content',
  'updated',
  'new_code',
  'insert_text',
  'text',
  'content',
  'code_edit',
  'ReplacementContent',
  'new_lines',
  'updates',
];
export const OLD_NAMES = [
  'old_str',
  'old_string',
  'search',
  'old_text',
  'oldText',
  'oldString',
  'to_replace',
  'old_content',
  'target',
  'original',
  'old_code',
];
export const URL_NAMES = ['url', 'uri', 'href', 'link', 'address', 'endpoint', 'target_url'];

/** The first of these arguments that is a text. */
export function first(
  named: ReadonlyMap<string, unknown>,
  names: readonly string[],
): { name: string; text: string } | undefined {
  for (const name of names) {
    const value = named.get(name);
    if (typeof value === 'string') return { name, text: value };
    if (Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string'))
      return { name, text: value.join('\n') };
  }
  return undefined;
}

/** Some data sets keep a text with the quotes of its JSON around it. */
export function unquoted(text: string): string {
  if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) return text;
  return text.slice(1, -1);
}
