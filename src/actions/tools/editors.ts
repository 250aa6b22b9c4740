import type { Arguments } from '../arguments.ts';
import { CONTENT_NAMES, first, NEW_NAMES, OLD_NAMES, PATH_NAMES, unquoted } from './argument-names.ts';
import type { CallText } from './call-text.ts';
import { commandText } from './code.ts';
import type { Tool } from './names.ts';

/** Editors with a command of their own, and tools that only write, only replace, only read. */
export function editorTexts(tool: Tool, given: Arguments): CallText[] {
  if (!('named' in given)) {
    const text = 'text' in given ? given.text.trim() : '';
    return tool.kind === 'read' && /^[\w./~-]+$/.test(text)
      ? [{ role: 'read', argument: '', path: text }]
      : [];
  }
  const { named } = given;
  const command =
    tool.kind === 'editor'
      ? (first(named, ['command', 'action', 'operation', 'mode'])?.text ?? guessed(named))
      : tool.kind;
  const place = first(named, PATH_NAMES);
  const path = place === undefined ? '' : unquoted(place.text);
  if (path === '' && (command === 'view' || command === 'read' || tool.kind === 'delete')) return [];
  if (/^undo/.test(command)) return [];
  const edits = named.get('edits') ?? named.get('changes') ?? named.get('replacements') ?? named.get('diffs');
  if (Array.isArray(edits))
    return edits.flatMap((edit: unknown) =>
      typeof edit === 'object' && edit !== null ? edited(new Map(Object.entries(edit)), path) : [],
    );
  if (/^(?:create|write|new|save|overwrite|file_create)/.test(command)) {
    const content = first(
      named,
      CONTENT_NAMES.filter((name) => name !== place?.name),
    );
    return path === ''
      ? []
      : [
          {
            role: 'write',
            argument: content?.name ?? '',
            path,
            text: unquoted(content?.text ?? ''),
            operation: 'create',
          },
        ];
  }
  if (/^(?:str_replace|replace|edit|update|modify|search)/.test(command)) return edited(named, path);
  if (/^(?:insert|append|add)/.test(command)) {
    const content =
      first(named, NEW_NAMES) ??
      first(
        named,
        CONTENT_NAMES.filter((name) => name !== place?.name),
      );
    return content === undefined
      ? []
      : [{ role: 'write', argument: content.name, path, text: unquoted(content.text), operation: 'append' }];
  }
  if (/^(?:delete|remove)/.test(command))
    return path === '' ? [] : [{ role: 'delete', argument: place!.name, path }];
  if (/^(?:move|rename)/.test(command)) {
    const source = first(named, ['source', 'from', 'old_path', 'path', 'src']);
    const target = first(named, ['destination', 'to', 'new_path', 'dst', 'target']);
    return source === undefined || target === undefined
      ? []
      : [{ role: 'move', argument: source.name, path: source.text, target: target.text }];
  }
  return path === '' || !/[/.]/.test(path) ? [] : [{ role: 'read', argument: place!.name, path }];
}

function edited(named: ReadonlyMap<string, unknown>, path: string): CallText[] {
  const old = first(named, OLD_NAMES);
  const replacement = first(
    named,
    NEW_NAMES.filter((name) => name !== old?.name),
  );
  if (replacement === undefined) return [];
  const text = unquoted(replacement.text);
  return [
    {
      role: 'write',
      argument: replacement.name,
      path,
      text,
      operation: 'append',
      ...(old === undefined ? {} : { replaces: unquoted(old.text) }),
    },
  ];
}

/** What an editor is asked to do when it is not said. */
function guessed(named: ReadonlyMap<string, unknown>): string {
  if (OLD_NAMES.some((name) => named.has(name))) return 'str_replace';
  return CONTENT_NAMES.some((name) => named.has(name)) ? 'create' : 'view';
}

/** A tool that applies a patch. */
export function patchTexts(given: Arguments): CallText[] {
  if ('text' in given) return [{ role: 'patch', argument: '', text: given.text }];
  if ('list' in given) {
    const text = commandText(given.list);
    return text === undefined
      ? []
      : [{ role: 'patch', argument: '', text: String(given.list.at(-1) ?? text) }];
  }
  const patch = first(given.named, ['patch', 'input', 'diff', 'patch_text', 'content', 'patchText', 'text']);
  const operation = given.named.get('operation');
  if (typeof operation === 'object' && operation !== null)
    return patchOperation(operation as Record<string, unknown>);
  return patch === undefined ? [] : [{ role: 'patch', argument: patch.name, text: patch.text }];
}

/** `{type: "create_file", path, diff}` of the Responses API. */
function patchOperation(operation: Record<string, unknown>): CallText[] {
  const { type, path, diff } = operation;
  if (typeof path !== 'string') return [];
  if (type === 'delete_file') return [{ role: 'delete', argument: 'operation', path }];
  const lines =
    typeof diff === 'string'
      ? diff
          .split('\n')
          .filter((line) => line.startsWith('+'))
          .map((line) => line.slice(1))
          .join('\n')
      : '';
  return [
    {
      role: 'write',
      argument: 'operation',
      path,
      text: lines,
      operation: type === 'create_file' ? 'create' : 'append',
    },
  ];
}
