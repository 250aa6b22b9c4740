import type { Content } from '../content.ts';
import { downloadOf, filesOf, literal } from '../content.ts';
import type { Frame } from '../frame.ts';
import { emit, inner } from '../frame.ts';
import { MAX_DECODED } from '../limits.ts';
import type { Endpoint } from '../net.ts';
import { hostOf, parseUrl } from '../net.ts';
import { cut } from '../overrun.ts';
import { absolute } from '../paths.ts';
import { quoted } from '../shell/quote.ts';
import { noteCall } from './calls.ts';
import type { CodeCall, Evaluator } from './evaluate.ts';
import type { Instance, Value } from './values.ts';
import {
  contentOf,
  instance,
  isInstance,
  isList,
  isObject,
  isUnknown,
  textOf,
  unknown,
  written,
} from './values.ts';

/** What code does, told as actions: the same for every language. */

/** The value of an argument, by its position or its name. */
export function argument(call: CodeCall, at: number, ...named: readonly string[]): Value | undefined {
  for (const name of named) {
    const value = call.named.get(name);
    if (value !== undefined) return value;
  }
  return at < 0 ? undefined : call.arguments[at];
}

/** Nothing is told of code that is only written: it is not run. */
export function silent(call: CodeCall): boolean {
  return call.evaluator.file !== undefined || !call.evaluator.speaking;
}

/** What a call gives that was told as an action; `undefined` where it was not, and may be told as a call. */
export function done(call: CodeCall, index: number | undefined): Value | undefined {
  return index === undefined && !silent(call) ? undefined : null;
}

/** A text for a shell; `undefined` where nothing of it is known. */
export function shellCommand(
  call: CodeCall,
  command: Value | undefined,
  more: Partial<Frame> = {},
): Value | undefined {
  if (command === undefined || silent(call)) return undefined;
  const { evaluator } = call;
  const frame = { ...evaluatorFrame(evaluator), ...more };
  const text = textOf(command);
  if (text === undefined) {
    const url = downloadOf(contentOf(command), (path) => evaluator.files.get(path));
    if (url === undefined && evaluator.connected === undefined) return undefined;
    // a shell is given what was downloaded
    const raw = isUnknown(command) ? command.text : '';
    emit(
      frame,
      {
        kind: 'process',
        image: '/bin/sh',
        argv: ['/bin/sh', '-c', raw],
        commandLine: `/bin/sh -c ${raw}`,
        ...(url === undefined ? {} : { downloaded: url }),
        ...(frame.connected === undefined ? {} : { connected: frame.connected }),
      },
      call.start,
      call.end,
    );
    return unknown(written(evaluator.source, call.expression));
  }
  const inside = inner(frame, [shortName(call.path), ...take(evaluator)], call.start, call.end);
  if (inside === undefined) return undefined;
  const output = inside.sink.interpret(inside, 'shell', text, {
    files: evaluator.files,
    ...(evaluator.directory === undefined ? {} : { directory: evaluator.directory }),
  });
  return unknown(written(evaluator.source, call.expression), output);
}

/** A program and its words. */
export function program(
  call: CodeCall,
  words: readonly Value[],
  more: Partial<Frame> = {},
): Value | undefined {
  if (words.length === 0 || silent(call)) return undefined;
  const { evaluator } = call;
  const texts = words.map((word) => evaluator.text(word));
  if (texts[0] === '' || texts[0] === undefined) return undefined;
  const inside = inner(
    { ...evaluatorFrame(evaluator), ...more },
    [shortName(call.path), ...take(evaluator)],
    call.start,
    call.end,
  );
  if (inside === undefined) return undefined;
  const given = argument(call, -1, 'input', 'stdin');
  const input = contentOf(given);
  const cwd = textOf(argument(call, -1, 'cwd'));
  const directory = cwd === undefined ? evaluator.directory : absolute(cwd, evaluator.directory);
  const output = inside.sink.interpret(inside, 'shell', texts.map((text) => quoted(text)).join(' '), {
    files: evaluator.files,
    ...(input === undefined ? {} : { input }),
    ...(directory === undefined ? {} : { directory }),
  });
  return unknown(written(evaluator.source, call.expression), output);
}

/** A command that is a list of words or a text, as `subprocess.run` takes it. */
export function command(call: CodeCall, value: Value | undefined, shell: boolean): Value | undefined {
  if (value === undefined) return undefined;
  if (isList(value)) {
    // `shell=True` with a list: the first word is the text
    if (shell) return shellCommand(call, value.items[0]);
    return program(call, value.items);
  }
  const cwd = textOf(argument(call, -1, 'cwd'));
  const before = call.evaluator.directory;
  if (cwd !== undefined) call.evaluator.directory = absolute(cwd, before);
  const output = shellCommand(call, value);
  call.evaluator.directory = before;
  return output;
}

/** A connection made by code, or a port it listens on. */
export function network(
  call: CodeCall,
  endpoint: Endpoint,
  more: {
    initiated?: boolean;
    method?: string | undefined;
    payload?: Value | undefined;
    forward?: 'remote' | 'local' | 'dynamic' | undefined;
  } = {},
): void {
  if (silent(call)) return;
  const whole = isObject(more.payload) && /^(?:instance|reference)$/.test(more.payload.kind);
  const payload =
    (whole && payloadOf(call.evaluator, more.payload)?.startsWith('@') !== true
      ? givenAs(call, more.payload)
      : undefined) ?? payloadOf(call.evaluator, more.payload);
  emit(
    evaluatorFrame(call.evaluator),
    {
      kind: 'network',
      initiated: more.initiated ?? true,
      ...endpoint,
      ...(more.method === undefined ? {} : { method: more.method }),
      ...(payload === undefined || payload === '' ? {} : { payload }),
      ...(more.forward === undefined ? {} : { forward: more.forward }),
    },
    call.start,
    call.end,
  );
}

/** A connection to a URL; what it answers is a download. */
export function request(
  call: CodeCall,
  url: Value | undefined,
  method: string | undefined,
  payload?: Value,
): Value | undefined {
  const text = urlText(call.evaluator, url);
  const endpoint = text === undefined ? undefined : parseUrl(text);
  if (text === undefined || endpoint === undefined) return undefined;
  network(call, endpoint, { method, payload });
  return response(call, text);
}

/** The URL of a string, or of a request object made before. */
export function urlText(evaluator: Evaluator, value: Value | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (isInstance(value)) {
    const inside = value.data.get('url');
    return inside === undefined ? undefined : urlText(evaluator, inside);
  }
  return textOf(value);
}

/** What came back from a URL: whatever is read of it was downloaded from there. */
export function response(call: CodeCall, url: string): Instance {
  const content: Content = { kind: 'download', url };
  return instance('response', {
    content: unknown(written(call.evaluator.source, call.expression), content),
    url,
  });
}

/** What is sent: text, `@path` for a file, or as it is written. */
export function payloadOf(evaluator: Evaluator, value: Value | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  const text = textOf(value);
  if (text !== undefined) return text;
  if (isInstance(value)) {
    const path = value.data.get('path');
    if (typeof path === 'string') return `@${path}`;
  }
  const content = contentOf(value);
  if (content?.kind === 'file') return `@${content.path}`;
  if (content !== undefined) {
    const known = literal(content, (path) => evaluator.files.get(path));
    if (known !== undefined) return known;
  }
  if (isList(value))
    return value.items
      .map((item) => payloadOf(evaluator, item) ?? '')
      .filter(Boolean)
      .join(' ');
  if (isObject(value) && value.kind === 'dict') {
    const pairs = [...value.entries].map(([key, item]) => `${key}=${payloadOf(evaluator, item) ?? ''}`);
    return cut(pairs.join('&'), MAX_DECODED, 'decoded');
  }
  if (isUnknown(value)) return value.text;
  if (isInstance(value)) return evaluator.spokenName(value.type);
  return isObject(value) && value.kind === 'reference' ? evaluator.spokenName(value.path) : undefined;
}

/** An argument as it is written. */
function givenAs(call: CodeCall, value: Value | undefined): string | undefined {
  if (!isObject(value)) return undefined;
  const { arguments: given } = call.expression;
  const at = call.arguments.indexOf(value);
  const name = [...call.named].find(([, each]) => each === value)?.[0];
  const found =
    at >= 0 ? given.filter((each) => each.name === undefined)[at] : given.find((each) => each.name === name);
  return found === undefined ? undefined : written(call.evaluator.source, found.value);
}

/** `("host", 80)` as an endpoint. */
export function addressOf(evaluator: Evaluator, value: Value | undefined): Endpoint | undefined {
  if (!isList(value) || value.items.length < 2) return undefined;
  return endpointOf(evaluator, value.items[0], value.items[1]);
}

/** A host and a port as an endpoint. */
export function endpointOf(
  evaluator: Evaluator,
  host: Value | undefined,
  port: Value | undefined,
): Endpoint | undefined {
  if (host === undefined) return undefined;
  const name =
    isUnknown(host) || (isObject(host) && host.kind === 'reference') ? evaluator.text(host) : textOf(host);
  if (name === undefined) return undefined;
  const url = parseUrl(name);
  if (url !== undefined) return url;
  const number = typeof port === 'number' ? port : Number(textOf(port));
  const inside = /^(.*):(\d+)$/.exec(name);
  const bare = inside === null || name.includes('::') ? name : inside[1]!;
  const at =
    Number.isInteger(number) && number > 0 ? number : inside === null ? undefined : Number(inside[2]);
  return { ...hostOf(bare), ...(at === undefined ? {} : { port: at }) };
}

/** A file that code acts on. */
export function file(
  call: CodeCall,
  operation: 'read' | 'delete' | 'rename' | 'permission' | 'create' | 'append',
  path: Value | undefined,
  more: { target?: Value | undefined; mode?: Value | undefined; content?: Value | undefined } = {},
): number | undefined {
  const place = pathText(call.evaluator, path);
  if (place === undefined || place === '' || silent(call)) return undefined;
  const { evaluator } = call;
  const target = pathText(evaluator, more.target);
  const content = contentOf(more.content);
  const text = content === undefined ? undefined : literal(content, (name) => evaluator.files.get(name));
  const index = emit(
    evaluatorFrame(evaluator),
    {
      kind: 'file',
      operation,
      path: place,
      ...(target === undefined ? {} : { target }),
      ...(text === undefined ? {} : { content: text }),
      ...(more.mode === undefined ? {} : { mode: modeText(call, more.mode) }),
    },
    call.start,
    call.end,
  );
  if (index !== undefined && content !== undefined && text === undefined)
    evaluatorFrame(evaluator).sink.drafts[index]!.written = content;
  if (content !== undefined && (operation === 'create' || operation === 'append'))
    evaluator.files.set(place, content);
  return index;
}

function modeText(call: CodeCall, mode: Value): string {
  // a number as it is written: `0o777`
  const at = call.expression.arguments.find((each) => each.value.type === 'number');
  if (typeof mode === 'number' && at !== undefined) return written(call.evaluator.source, at.value);
  return call.evaluator.text(mode);
}

/** The path of a string or of a path object, absolute where the directory is known. */
export function pathText(evaluator: Evaluator, value: Value | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (isInstance(value)) {
    const inside = value.data.get('path');
    return inside === undefined ? undefined : pathText(evaluator, inside);
  }
  const text = textOf(value) ?? (isUnknown(value) ? evaluator.text(value) : undefined);
  return text === undefined ? undefined : absolute(text, evaluator.directory);
}

/** Code handed to the language itself: `exec(text)`, `eval(text)`. */
export function runCode(call: CodeCall, code: Value | undefined): Value | undefined {
  if (code === undefined) return undefined;
  const { evaluator } = call;
  const text = textOf(code);
  const raw = written(evaluator.source, call.expression);
  if (text === undefined || silent(call)) {
    const content = contentOf(code);
    const url = downloadOf(content, (path) => evaluator.files.get(path));
    const value = raw.replace(/^[^(]*\(/, '').replace(/\)$/, '');
    const index = evaluator.note('call', shortName(call.path), value, call.start, call.end, url);
    if (index !== undefined && content !== undefined && !silent(call)) runLater(call, index, content);
    return unknown(raw);
  }
  noteCall(evaluator, call.path, call.expression, true);
  const inside = inner(
    evaluatorFrame(evaluator),
    [shortName(call.path), ...take(evaluator)],
    call.start,
    call.end,
  );
  if (inside === undefined) return unknown(raw);
  const { language } = evaluator.dialect;
  inside.sink.interpret(inside, language, text, {
    files: evaluator.files,
    ...(evaluator.directory === undefined ? {} : { directory: evaluator.directory }),
  });
  return unknown(raw);
}

/** Has a call run what stands in files, which are looked up when calls are linked. */
function runLater(call: CodeCall, index: number, content: Content): void {
  const { sink, ...frame } = evaluatorFrame(call.evaluator);
  const draft = sink.drafts[index];
  const [path] = filesOf(content);
  if (draft === undefined || path === undefined) return;
  const { language } = call.evaluator.dialect;
  const { directory } = call.evaluator;
  const fixed = draft.span;
  draft.runs = [
    {
      content,
      language,
      via: shortName(call.path),
      path,
      frame: { ...frame, fixed },
      ...(directory === undefined ? {} : { directory }),
    },
  ];
}

/** A name looked up. */
export function lookup(call: CodeCall, name: Value | undefined): void {
  const query = textOf(name) ?? (isUnknown(name) ? call.evaluator.text(name) : undefined);
  if (query === undefined || query === '' || silent(call) || /^[\d.]+$/.test(query)) return;
  emit(evaluatorFrame(call.evaluator), { kind: 'dns', query }, call.start, call.end);
}

/** The frame of what the evaluated code does, behind whatever it has connected itself to. */
export function evaluatorFrame(evaluator: Evaluator): Frame {
  return evaluator.connected === undefined
    ? evaluator.frame
    : { ...evaluator.frame, connected: evaluator.connected };
}

const SHELL = /(?:^|[/\\])(?:(?:ba|da|z|k|a|c|tc|fi)?sh|cmd(?:\.exe)?|powershell(?:\.exe)?)$/;

/** The shells that the text has started are behind a connection. */
export function connectShells(frame: Frame, connected: string): void {
  const { drafts } = frame.sink;
  for (let at = drafts.length - 1; at >= Math.max(0, drafts.length - 64); at -= 1) {
    const draft = drafts[at]!;
    if (draft.body.kind !== 'process' || draft.parent !== frame.parent || !SHELL.test(draft.body.image))
      continue;
    draft.body = { ...draft.body, connected };
  }
}

function take(evaluator: Evaluator): string[] {
  const undone = [...evaluator.undone];
  evaluator.undone.clear();
  return undone;
}

function shortName(path: string): string {
  return path.replace(/\(\)/g, '').replace(/^\?\./, '');
}
