import type { Redirection } from 'unbash';
import type { Content } from '../content.ts';
import { append, literal, textContent } from '../content.ts';
import type { Frame } from '../frame.ts';
import { emit } from '../frame.ts';
import { hostOf, portOf } from '../net.ts';
import { absolute } from '../paths.ts';
import { expandBody, expandText } from './expand.ts';
import type { Connection, Context, State } from './state.ts';
import { lookupIn } from './state.ts';

/** A file that a redirection writes or reads, or a connection that it opens. */
type Effect =
  | {
      readonly kind: 'write';
      readonly path: string;
      readonly append: boolean;
      readonly output: boolean;
      readonly start: number;
      readonly end: number;
    }
  | { readonly kind: 'join'; readonly connected: string }
  | { readonly kind: 'read'; readonly path: string; readonly start: number; readonly end: number }
  | {
      readonly kind: 'connect';
      readonly protocol: string;
      readonly host: string;
      readonly port: string;
      readonly start: number;
      readonly end: number;
    };

/** What the redirections of a command do. */
export interface Redirects {
  readonly effects: readonly Effect[];
  readonly input?: Content;
  /** standard output goes to a file or a connection, not on to the pipe */
  readonly captured: boolean;
}

const NONE: Redirects = { effects: [], captured: false };
const DEVICE = /^\/dev\/(?:null|stdin|stdout|stderr|tty|fd\/\d+|zero)$/;
const CONNECTION = /^\/dev\/(tcp|udp)\/([^/]+)\/([^/\s]+)$/;

/** Reads the redirections; nothing is emitted yet, as the process that they belong to comes first. */
export function planRedirects(context: Context, redirections: readonly Redirection[]): Redirects {
  if (redirections.length === 0) return NONE;
  const effects: Effect[] = [];
  let input: Content | undefined;
  let captured = false;
  for (const redirection of redirections) {
    if (redirection.type === 'HereDoc') {
      const { body } = redirection;
      const text =
        redirection.delimiter?.quoted === true
          ? body.text
          : expandBody(context, body.parts, body.text, body.pos, body.end);
      const tabs = redirection.operator === '<<-' ? text.replace(/^\t+/gm, '') : text;
      input = textContent(tabs);
      continue;
    }
    if (redirection.target === undefined) continue;
    const field = expandText(context, redirection.target);
    if (redirection.type === 'HereString') {
      input = field.content ?? textContent(`${field.text}\n`);
      continue;
    }
    const { operator, descriptor } = redirection;
    const { start, end } = field;
    if ((operator === '>&' || operator === '<&') && /^(?:\d+-?|-|\$\{?\w+\}?)$/.test(field.text)) {
      const open = context.state.connections.get(field.text);
      if (open !== undefined) effects.push({ kind: 'join', connected: open.place });
      if (open !== undefined && operator === '<&') input = sentBy(open);
      continue;
    }
    const connection = CONNECTION.exec(field.text);
    const number = descriptor?.type === 'FileDescriptor' ? descriptor.value : undefined;
    if (connection !== null) {
      const open = { protocol: connection[1]!, place: `${connection[2]}:${connection[3]}` };
      if (number !== undefined && number > 2) context.state.connections.set(String(number), open);
      else if (operator.startsWith('<') && (number ?? 0) === 0) input = sentBy(open);
      effects.push({
        kind: 'connect',
        protocol: connection[1]!,
        host: connection[2]!,
        port: connection[3]!,
        start,
        end,
      });
      if (!operator.startsWith('<')) captured = true;
      continue;
    }
    if (operator === '<' || operator === '<>' || operator === '<&') {
      if (DEVICE.test(field.text)) continue;
      if (field.text.startsWith('<(')) {
        input = field.content ?? { kind: 'unknown' };
        continue;
      }
      const path = absolute(field.text, context.state.directory);
      if (field.content === undefined) effects.push({ kind: 'read', path, start, end });
      if (operator === '<>')
        effects.push({ kind: 'write', path, append: true, output: number === 1, start, end });
      if (number === undefined || number === 0) input = field.content ?? { kind: 'file', path };
      continue;
    }
    const output = number === undefined || number === 1 || operator.startsWith('&');
    if (output && field.content === undefined) captured = true;
    if (DEVICE.test(field.text) || field.text.startsWith('>(')) continue;
    const path = absolute(field.text, context.state.directory);
    effects.push({ kind: 'write', path, append: operator.endsWith('>>'), output, start, end });
  }
  return input === undefined ? { effects, captured } : { effects, captured, input };
}

/** What is read from a connection comes from its other end. */
function sentBy({ protocol, place }: Connection): Content {
  return { kind: 'download', url: `${protocol}://${place}` };
}

/** Emits what the redirections do, for the process that they belong to. */
export function applyRedirects(
  state: State,
  redirects: Redirects,
  output: Content | undefined,
  frame: Frame,
): void {
  for (const effect of redirects.effects) {
    if (effect.kind === 'connect') {
      const { host, ip } = hostOf(effect.host);
      const port = portOf(effect.port);
      const text = literal(output, lookupIn(state));
      if (frame.parent !== undefined) connect(frame, `${host}:${effect.port}`);
      emit(
        frame,
        {
          kind: 'network',
          initiated: true,
          host,
          ...(ip === undefined ? {} : { ip }),
          ...(port === undefined ? {} : { port }),
          protocol: effect.protocol,
          ...(text === undefined || text === '' ? {} : { payload: text }),
        },
        effect.start,
        effect.end,
      );
    } else if (effect.kind === 'join') {
      connect(frame, effect.connected);
    } else if (effect.kind === 'read') {
      emit(frame, { kind: 'file', operation: 'read', path: effect.path }, effect.start, effect.end);
    } else {
      const content = effect.output ? output : undefined;
      writeFile(state, frame, effect.path, effect.append, content, effect.start, effect.end);
    }
  }
}

/** The process whose standard streams go to a connection. */
function connect(frame: Frame, connected: string): void {
  const draft = frame.parent === undefined ? undefined : frame.sink.drafts[frame.parent];
  if (draft?.body.kind === 'process') draft.body = { ...draft.body, connected };
}

/** A file written with what is known of its content; remembered for what comes later in the call. */
export function writeFile(
  state: State,
  frame: Frame,
  path: string,
  appending: boolean,
  content: Content | undefined,
  start: number,
  end: number,
): void {
  const text = literal(content, lookupIn(state));
  const operation = appending ? 'append' : 'create';
  const index = emit(
    frame,
    { kind: 'file', operation, path, ...(text === undefined ? {} : { content: text }) },
    start,
    end,
  );
  if (content === undefined) {
    if (!appending) state.files.delete(path);
    return;
  }
  if (index !== undefined && text === undefined) frame.sink.drafts[index]!.written = content;
  state.files.set(path, appending ? append(state.files.get(path), content, frame.sink.hides) : content);
}
