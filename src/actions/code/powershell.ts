import type { Content } from '../content.ts';
import { base64, utf16 } from '../decode.ts';
import type { Draft, Frame, Given } from '../frame.ts';
import { emit, inner, spend, under } from '../frame.ts';
import { MAX_ACTIONS, MAX_CODE } from '../limits.ts';
import { hostOf, parseUrl } from '../net.ts';
import { cut, pass } from '../overrun.ts';
import { absolute } from '../paths.ts';
import { commandLine, imageOf } from '../shell/invoke.ts';
import type { Piece } from '../splice.ts';
import { assemble, fillNames } from '../splice.ts';

/** A command of a pipeline: its words, unquoted, and where it stands. */
interface Command {
  readonly words: readonly string[];
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly piped: boolean;
}

const ALIASES: Readonly<Record<string, string>> = {
  iwr: 'invoke-webrequest',
  wget: 'invoke-webrequest',
  curl: 'invoke-webrequest',
  irm: 'invoke-restmethod',
  iex: 'invoke-expression',
  saps: 'start-process',
  start: 'start-process',
  rm: 'remove-item',
  del: 'remove-item',
  ri: 'remove-item',
  erase: 'remove-item',
  rd: 'remove-item',
  sc: 'set-content',
  ac: 'add-content',
  cp: 'copy-item',
  copy: 'copy-item',
  mv: 'move-item',
  gc: 'get-content',
  cat: 'get-content',
  type: 'get-content',
};

/**
 * PowerShell, as far as what is told of it needs: downloads, expressions that are run, processes, files. Each other
 * command is told as a process of its name.
 */
export function interpretPowershell(frame: Frame, text: string, given: Given): Content | undefined {
  const variables = new Map<string, string>();
  let previous: number | undefined;
  for (const command of commands(cut(text, MAX_CODE, 'code'))) {
    if (!spend(frame)) return undefined;
    const assigned = /^\s*\$(\w+)\s*=\s*([\s\S]+)$/.exec(command.text);
    const source = assigned?.[2] ?? command.text;
    if (assigned !== null && assigned[1] !== undefined) {
      const value = literalOf(assigned[2]!, variables, frame.sink.hides);
      if (value !== undefined) variables.set(assigned[1].toLowerCase(), value);
    }
    const filled = fill(source, variables, frame.sink.hides);
    const here: Frame = command.piped && previous !== undefined ? { ...frame, pipedFrom: previous } : frame;
    const quotedValue = assigned !== null && /^\s*['"]/.test(assigned[2]!);
    const inside = quotedValue ? undefined : bracketed(filled);
    if (inside !== undefined) {
      const before = frame.sink.drafts.length;
      const nested = inner(here, [], command.start, command.end);
      if (nested !== undefined) interpretPowershell(nested, inside, given);
      previous = lastProcess(frame, before);
      continue;
    }
    const words = quotedValue
      ? []
      : assigned === null
        ? command.words.map((word) => fill(word, variables, frame.sink.hides))
        : wordsOf(filled);
    previous = run(here, { ...command, words, text: filled }, given, assigned !== null);
    dotNet(under(frame, previous), filled, command);
  }
  return undefined;
}

const COMMAND_WORD = /^\s*(?:[A-Za-z]+-[A-Za-z]+|iwr|irm|curl|wget|iex|cat|type|gc|saps)\s/i;

/** The command inside brackets that begin a text: `(iwr url).Content`. */
function bracketed(text: string): string | undefined {
  const start = /^\s*\$?\(/.exec(text)?.[0].length;
  if (start === undefined) return undefined;
  const inside = text.slice(start, bracketEnd(text, start - 1));
  return COMMAND_WORD.test(inside) && !/^\s*New-Object\s/i.test(inside) ? inside : undefined;
}

function lastProcess(frame: Frame, from: number): number | undefined {
  for (let at = frame.sink.drafts.length - 1; at >= from; at -= 1)
    if (frame.sink.drafts[at]!.body.kind === 'process') return at;
  return undefined;
}

function run(frame: Frame, command: Command, given: Given, assigned: boolean): number | undefined {
  let words = [...command.words];
  if (words[0] === '&' || words[0] === '.') words = words.slice(1);
  // `IEX(…)`
  const attached = /^(iex|invoke-expression)(\([\s\S]*)$/i.exec(words[0] ?? '');
  if (attached !== null) words = [attached[1]!, attached[2]!, ...words.slice(1)];
  const first = words[0];
  // an expression, a number, a keyword: no command
  if (
    first === undefined ||
    !/^[\w.\\/:$~-]*[A-Za-z][\w.\\/:-]*$/.test(first) ||
    /^(?:if|else|elseif|try|catch|finally|foreach|for|while|do|function|param|return|switch|begin|process|end|throw|break|continue)$/i.test(
      first,
    )
  )
    return undefined;
  if (
    assigned &&
    !/^[A-Z][a-z]+-[A-Z]\w|\.exe$|^(?:iwr|irm|iex|curl|wget|az|aws|gcloud|git|kubectl)$/i.test(first)
  )
    return undefined;
  if (first.startsWith('$') || /^\[/.test(first)) return undefined;
  const { start, end } = command;
  const index = emit(
    frame,
    {
      kind: 'process',
      image: imageOf(first, given.directory),
      argv: words,
      commandLine: commandLine(words),
      ...(frame.pipedFrom === undefined ? {} : { pipedFrom: frame.pipedFrom }),
      ...(frame.user === undefined ? {} : { user: frame.user }),
    },
    start,
    end,
  );
  effects(under(frame, index), first.toLowerCase(), words, command, given, index);
  return index;
}

function effects(
  frame: Frame,
  name: string,
  words: readonly string[],
  command: Command,
  given: Given,
  index: number | undefined,
): void {
  const proper = ALIASES[name] ?? name.replace(/\.exe$/, '');
  const { start, end } = command;
  for (const word of words.slice(1)) {
    const inside = bracketed(word);
    const nested = inside === undefined ? undefined : inner(frame, [], start, end);
    if (inside !== undefined && nested !== undefined) interpretPowershell(nested, inside, given);
  }
  const option = (...names: readonly string[]): string | undefined => {
    for (let at = 1; at < words.length; at += 1) {
      const word = words[at]!.toLowerCase();
      if (word.length > 1 && names.some((each) => word === `-${each}`)) return words[at + 1];
    }
    return undefined;
  };
  const operands = words
    .slice(1)
    .filter(
      (word, at) =>
        !word.startsWith('-') &&
        !(
          words[at]?.startsWith('-') === true &&
          /^-(?:uri|outfile|path|value|filepath|argumentlist|destination|source|method|body|headers)$/i.test(
            words[at]!,
          )
        ),
    );
  const file = (
    operation: 'create' | 'append' | 'read' | 'delete' | 'rename',
    path: string | undefined,
    content?: string,
  ) => {
    if (path === undefined || path === '') return;
    emit(
      frame,
      {
        kind: 'file',
        operation,
        path: absolute(path, given.directory),
        ...(content === undefined ? {} : { content }),
      },
      start,
      end,
    );
  };
  if (/^(?:invoke-webrequest|invoke-restmethod|start-bitstransfer)$/.test(proper)) {
    const url = option('uri', 'source', 'u') ?? operands[0];
    const endpoint = url === undefined ? undefined : parseUrl(url);
    const body = option('body', 'infile');
    const method = option('method')?.toUpperCase() ?? (body === undefined ? 'GET' : 'POST');
    if (endpoint !== undefined)
      emit(
        frame,
        {
          kind: 'network',
          initiated: true,
          ...endpoint,
          method,
          ...(body === undefined ? {} : { payload: body }),
        },
        start,
        end,
      );
    const target = option('outfile', 'o', 'destination');
    if (target !== undefined && url !== undefined) {
      const made = emit(
        frame,
        { kind: 'file', operation: 'create', path: absolute(target, given.directory) },
        start,
        end,
      );
      if (made !== undefined) frame.sink.drafts[made]!.written = { kind: 'download', url };
      given.files?.set(absolute(target, given.directory), { kind: 'download', url });
    }
  } else if (proper === 'invoke-expression') {
    runExpression(frame, words.slice(1).join(' '), command, given, index);
  } else if (proper === 'start-process') {
    const program = option('filepath') ?? operands[0];
    const rest = option('argumentlist', 'args') ?? operands.slice(1).join(' ');
    if (program !== undefined) nested(frame, `${program} ${rest}`, command, 'Start-Process', given);
  } else if (proper === 'remove-item') file('delete', option('path', 'literalpath') ?? operands[0]);
  else if (proper === 'set-content' || proper === 'out-file')
    file('create', option('path', 'filepath') ?? operands[0], option('value') ?? operands[1]);
  else if (proper === 'add-content')
    file('append', option('path') ?? operands[0], option('value') ?? operands[1]);
  else if (proper === 'get-content') file('read', option('path') ?? operands[0]);
  else if (proper === 'copy-item') {
    file('read', option('path') ?? operands[0]);
    file('create', option('destination') ?? operands[1]);
  } else if (!/^[a-z]+-[a-z]+/.test(proper))
    nested(
      frame,
      words.map((word) => (/\s/.test(word) ? `'${word}'` : word)).join(' '),
      command,
      '',
      given,
      index,
    );
}

/** A program that is no cmdlet: what the shell knows of it holds here too. */
function nested(
  frame: Frame,
  text: string,
  command: Command,
  via: string,
  given: Given,
  index?: number,
): void {
  const inside = inner(frame, via === '' ? [] : [via], command.start, command.end);
  if (inside === undefined) return;
  const { drafts } = inside.sink;
  const before = drafts.length;
  const { parent: _, ...rest } = inside;
  const parent = index === undefined ? inside.parent : undefined;
  inside.sink.interpret(parent === undefined ? rest : { ...rest, parent }, 'shell', text, given);
  if (index === undefined) return;
  // the process is there already: what it does becomes that of the first
  const doubled = drafts.splice(before);
  const shift = (at: number | undefined) => (at === undefined || at === before ? index : at - 1);
  for (const draft of doubled.slice(1)) drafts.push({ ...draft, parent: shift(draft.parent) });
}

/** `iex (…)`: literal text is run, a download is told of the process. */
function runExpression(
  frame: Frame,
  text: string,
  command: Command,
  given: Given,
  index: number | undefined,
): void {
  const named =
    /(?:DownloadString|DownloadData|Invoke-WebRequest|iwr|irm|Invoke-RestMethod|curl|wget)\s*\(?[^'"\n]*?['"]?(https?:\/\/[^'")\s]+)/i.exec(
      text,
    )?.[1];
  const draft = index === undefined ? undefined : frame.sink.drafts[index];
  const url = named ?? pipedUrl(frame, draft);
  if (url !== undefined && draft?.body.kind === 'process') draft.body = { ...draft.body, downloaded: url };
  const bare = text.trim().replace(/^\(([\s\S]*)\)$/, '$1');
  const plain = literalOf(bare, new Map(), frame.sink.hides) ?? text.trim();
  if (url !== undefined || plain === '' || plain.startsWith('$') || plain.startsWith('(')) return;
  const inside = inner(frame, ['iex'], command.start, command.end);
  if (inside !== undefined) inside.sink.interpret(inside, 'powershell', plain, given);
}

/** The address that the process in front of the pipe downloads. */
function pipedUrl(frame: Frame, draft: Draft | undefined): string | undefined {
  const from = draft?.body.kind === 'process' ? draft.body.pipedFrom : undefined;
  const download =
    from === undefined
      ? undefined
      : frame.sink.drafts.find(({ body, parent }) => parent === from && body.kind === 'network')?.body;
  return download?.kind === 'network' ? download.url : undefined;
}

/** .NET: `(New-Object Net.WebClient).DownloadFile(…)`, sockets, base64. */
function dotNet(frame: Frame, text: string, command: Command): void {
  const { start, end } = command;
  for (const match of text.matchAll(
    /\.(?:Download(?:String|File|Data)|UploadString|UploadFile|UploadData|OpenRead)(?:Async|TaskAsync)?\s*\(\s*['"]([^'"]+)['"](?:\s*,\s*['"]([^'"]+)['"])?/gi,
  )) {
    const endpoint = parseUrl(match[1]!);
    if (endpoint === undefined) continue;
    const uploads = /Upload/i.test(match[0]);
    emit(
      frame,
      {
        kind: 'network',
        initiated: true,
        ...endpoint,
        method: uploads ? 'POST' : 'GET',
        ...(uploads && match[2] !== undefined ? { payload: match[2] } : {}),
      },
      start,
      end,
    );
    if (!uploads && match[2] !== undefined) {
      const made = emit(frame, { kind: 'file', operation: 'create', path: match[2] }, start, end);
      if (made !== undefined) frame.sink.drafts[made]!.written = { kind: 'download', url: match[1]! };
    }
  }
  for (const match of text.matchAll(
    /Net\.Sockets\.TCPClient\s*(?:\]::new)?\s*\(\s*['"]([^'"]+)['"]\s*,\s*(\d+)/gi,
  )) {
    emit(
      frame,
      { kind: 'network', initiated: true, ...hostOf(match[1]!), port: Number(match[2]), protocol: 'tcp' },
      start,
      end,
    );
  }
  const encoded = /FromBase64String\s*\(\s*['"]([A-Za-z0-9+/=\s]{8,})['"]/i.exec(text)?.[1];
  if (encoded !== undefined && frame.sink.hides() && /iex|invoke-expression|\[scriptblock\]/i.test(text)) {
    const raw = base64(Buffer.from(encoded));
    const wide = /Unicode/i.test(text) && raw !== undefined ? utf16(raw) : raw;
    const inside = inner(frame, ['base64'], start, end);
    if (wide !== undefined && inside !== undefined)
      inside.sink.interpret(inside, 'powershell', wide.toString('utf8'));
  }
}

/** The value of a string expression: literals and variables put together with `+`. */
function literalOf(
  text: string,
  variables: ReadonlyMap<string, string>,
  hides: () => boolean,
): string | undefined {
  const pieces: Piece[] = [];
  for (const part of text.trim().split(/\s*\+\s*(?=['"$])/)) {
    const quotedText = /^'([^']*)'$|^"([^"]*)"$/.exec(part.trim());
    const value = variables.get(/^\$(\w+)$/.exec(part.trim())?.[1]?.toLowerCase() ?? '');
    if (quotedText !== null) pieces.push({ text: quotedText[1] ?? fill(quotedText[2]!, variables, hides) });
    else if (value !== undefined) pieces.push({ text: value });
    else return undefined;
  }
  return assemble(pieces, hides);
}

function fill(text: string, variables: ReadonlyMap<string, string>, hides: () => boolean): string {
  if (!text.includes('$') || variables.size === 0) return text;
  return fillNames(text, /\$\{?(\w+)\}?/g, hides, (name) => variables.get((name ?? '').toLowerCase()));
}

/** The commands of a text: cut at line ends, semicolons and pipes that stand outside quotes, brackets and comments. */
function commands(text: string): Command[] {
  const output: Command[] = [];
  let from = 0;
  let piped = false;
  let round = 0;
  const push = (to: number) => {
    const body = text.slice(from, to);
    const clean = body.replace(/^\s*[{}]+|[{}]+\s*$/g, '');
    if (clean.trim() === '') return;
    if (output.length >= MAX_ACTIONS) pass('actions');
    else output.push({ words: wordsOf(clean), text: clean, start: from, end: to, piped });
  };
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]!;
    if (character === '`') at += 1;
    else if (character === "'" || character === '"') at = quoteEnd(text, at);
    else if (character === '#' && (at === 0 || /\s/.test(text[at - 1]!))) {
      push(at);
      const line = text.indexOf('\n', at);
      at = line < 0 ? text.length : line;
      from = at;
      piped = false;
    } else if (character === '(' || character === '[') round += 1;
    else if (character === ')' || character === ']') round = Math.max(0, round - 1);
    else if (round === 0 && /[\n;|{}]/.test(character)) {
      push(at);
      piped = character === '|';
      from = at + 1;
    }
  }
  push(text.length);
  return output;
}

function quoteEnd(text: string, at: number): number {
  const quote = text[at]!;
  for (let next = at + 1; next < text.length; next += 1) {
    if (text[next] === '`' && quote === '"') next += 1;
    else if (text[next] === quote) return next;
  }
  return text.length;
}

function wordsOf(text: string): string[] {
  const output: string[] = [];
  let word = '';
  let open = false;
  const close = () => {
    if (open) output.push(word);
    word = '';
    open = false;
  };
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]!;
    if (/\s/.test(character)) close();
    else if (character === "'" || character === '"') {
      const end = quoteEnd(text, at);
      word += text.slice(at + 1, end);
      open = true;
      at = end;
    } else if (character === '(' || character === '@') {
      const end = character === '(' ? bracketEnd(text, at) : at;
      word += text.slice(at, end + 1);
      open = true;
      at = end;
    } else {
      if (character === '`') at += 1;
      word += text[at] ?? '';
      open = true;
    }
  }
  close();
  return output;
}

function bracketEnd(text: string, at: number): number {
  let depth = 0;
  for (let next = at; next < text.length; next += 1) {
    if (text[next] === '(') depth += 1;
    else if (text[next] === ')') {
      depth -= 1;
      if (depth === 0) return next;
    }
  }
  return text.length - 1;
}
