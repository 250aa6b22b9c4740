import type { Arguments } from '../arguments.ts';
import { first, URL_NAMES, unquoted } from './argument-names.ts';
import type { CallText } from './call-text.ts';
import { codeText } from './code.ts';

/** A tool that fetches a page or sends a request. */
export function webTexts(given: Arguments, name: string): CallText[] {
  if ('text' in given) {
    const url = /[a-z][a-z0-9+.-]*:\/\/[^\s"'<>]+/i.exec(given.text)?.[0];
    return url === undefined ? [] : [{ role: 'fetch', argument: '', url }];
  }
  if ('list' in given)
    return given.list
      .filter((url) => typeof url === 'string')
      .map((url): CallText => ({ role: 'fetch', argument: '', url }));
  const { named } = given;
  const command = named.get('command') ?? named.get('cmd');
  const url = first(named, URL_NAMES);
  if (url === undefined)
    return typeof command === 'string' ? [codeText('command', command, 'shell', named)] : [];
  const method =
    first(named, ['method', 'http_method', 'verb'])?.text.toUpperCase() ??
    /(?:post|put|delete|patch)$/i.exec(name)?.[0].toUpperCase();
  const body = ['body', 'data', 'json', 'payload', 'content', 'form', 'params']
    .map((key) => named.get(key))
    .find((value) => value !== undefined && value !== null && value !== '');
  const payload = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
  const target = first(named, [
    'output_path',
    'output',
    'destination',
    'save_path',
    'filename',
    'path',
  ])?.text;
  return [
    {
      role: 'fetch',
      argument: url.name,
      url: unquoted(url.text),
      ...(method === undefined ? {} : { method }),
      ...(payload === undefined ? {} : { payload }),
      ...(target === undefined ? {} : { target }),
    },
  ];
}
