import type { Content } from '../content.ts';
import { literal, textContent } from '../content.ts';
import { MAX_ITEMS, MAX_WORDS } from '../limits.ts';
import { firstOf } from '../overrun.ts';
import type { Field } from '../shell/state.ts';
import { lookupIn, subshell } from '../shell/state.ts';
import { evaluateNested } from '../shell/text.ts';
import { foundPath } from './files.ts';
import type { Invocation, Program } from './invocation.ts';
import { fileAction, mark } from './invocation.ts';
import { has, names, optionValue, readWords } from './options.ts';
import { addRun } from './runs.ts';
import { childContext, joinFields, runShell, startPayload } from './wrappers.ts';

/** Programs that start others in ways of their own. */
export const launchers: ReadonlyMap<string, Program> = new Map<string, Program>([
  ['su', su],
  ['runuser', runuser],
  ['script', script],
  ['xargs', xargs],
  ['find', findExec],
  ['fd', fdExec],
  ['parallel', parallel],
  ['tmux', tmux],
  ['screen', screen],
  ['dtach', (call) => detached(call, 'nA')],
  ['abduco', (call) => detached(call, 'nA')],
  ['at', at],
  ['crontab', crontab],
  ['ip', (call) => behind(call, ['netns', 'exec'], 1)],
  ['machinectl', (call) => behind(call, ['shell'], 1)],
  [
    'lxc',
    (call) =>
      call.argv[1]?.text === 'exec'
        ? remotely(call, call.argv[2], skipMarker(call.argv.slice(3)))
        : undefined,
  ],
  [
    'lxc-attach',
    (call) => {
      const words = readWords(call.argv, { short: 'nPeRsufg', long: names('name'), leading: true });
      return remotely(call, optionValue(words, 'n', 'name'), words.operands);
    },
  ],
  [
    'multipass',
    (call) =>
      call.argv[1]?.text === 'exec'
        ? remotely(call, call.argv[2], skipMarker(call.argv.slice(3)))
        : undefined,
  ],
  ['ansible', ansible],
  ['start-stop-daemon', startDaemon],
  ['msgfilter', (call) => startPayload(childContext(call), call.argv.slice(2), undefined, call)],
  [
    'cmd',
    (call) => {
      // `cmd /c text` of Windows, and `cmd /bin/bash -c …` as some harnesses write it
      const from = /^\/[ck]$/i.test(call.argv[1]?.text ?? '') ? 2 : 1;
      const rest = call.argv.slice(from);
      if (rest.length === 0) return undefined;
      if (from === 2) return runShell(childContext(call), call, joinFields(rest), 'cmd /c');
      return startPayload(childContext(call), rest, undefined, call);
    },
  ],
  [
    'service',
    (call) => {
      const path = call.argv[1];
      return path?.text.includes('../') === true
        ? startPayload(childContext(call), [path, ...call.argv.slice(2)], undefined, call)
        : undefined;
    },
  ],
]);

/** `start-stop-daemon -S -x program -- words`. */
function startDaemon(call: Invocation): undefined {
  const words = readWords(call.argv, {
    short: 'xpucgnadNrI',
    long: names('exec pidfile user group chuid chdir name startas nicelevel chroot iosched'),
    leading: true,
  });
  const program = optionValue(words, 'a', 'startas') ?? optionValue(words, 'x', 'exec');
  if (program === undefined || has(words, 'K', 'stop')) return;
  const marker = call.argv.findIndex((field) => field.text === '--');
  mark(call, { background: true });
  const rest = marker < 0 ? [] : call.argv.slice(marker + 1);
  startPayload(childContext(call, { background: true }), [program, ...rest], undefined, call);
}

/** `su - user -c 'text'`. */
function su(call: Invocation): Content | undefined {
  const words = readWords(call.argv, {
    short: 'cgGsw',
    long: names('command group supp-group shell session-command'),
  });
  const user = words.operands.find((field) => field.text !== '-')?.text ?? 'root';
  const context = childContext(call, { user });
  const text = optionValue(words, 'c', 'command', 'session-command');
  if (text !== undefined) return runShell(context, call, text);
  const { input } = call.context;
  if (input !== undefined)
    addRun({ ...call, context }, { content: input, language: 'shell', via: call.name });
  return undefined;
}

/** `runuser -u user command`, or all that `su` takes. */
function runuser(call: Invocation): Content | undefined {
  const words = readWords(call.argv, { short: 'ugG', long: names('user group supp-group'), leading: true });
  const user = optionValue(words, 'u', 'user')?.text;
  if (user === undefined) return su(call);
  const rest = call.argv.slice(words.first);
  return startPayload(
    childContext(call, { user }),
    rest[0]?.text === '--' ? rest.slice(1) : rest,
    undefined,
    call,
  );
}

/** `script -q -c 'text' file`. */
function script(call: Invocation): Content | undefined {
  const words = readWords(call.argv, { short: 'cEIOBTmo', long: names('command log-out') });
  const text = optionValue(words, 'c', 'command');
  if (text !== undefined) return runShell(childContext(call), call, text, 'script -c');
  // BSD: `script -q /dev/null command`
  const rest = words.operands.slice(1);
  return rest.length > 0 && words.operands[0]?.text.startsWith('/') === true
    ? startPayload(childContext(call), rest, undefined, call)
    : undefined;
}

/** `… | xargs -I{} command {}`: what comes in becomes words. */
function xargs(call: Invocation): Content | undefined {
  const words = readWords(call.argv, {
    short: 'aEILnPsdJRS',
    long: names('arg-file delimiter max-lines replace max-args max-procs max-chars'),
    leading: true,
  });
  const command = words.operands;
  if (command.length === 0) return undefined;
  const mark =
    optionValue(words, 'I', 'replace', 'J')?.text ?? (has(words, 'i', 'replace') ? '{}' : undefined);
  const { input: _, ...context } = childContext(call);
  const text = literal(call.context.input, lookupIn(call.context.state));
  const items = text
    ?.split(mark === undefined ? /\s+/ : /\n/)
    .map((item) => item.trim())
    .filter((item) => item !== '');
  if (items === undefined || items.length === 0) return startPayload(context, command, undefined, call);
  const field = (value: string): Field => ({ text: value, start: call.start, end: call.end });
  if (mark === undefined) {
    const given = firstOf(items, MAX_WORDS, 'words').map(field);
    return startPayload(context, [...command, ...given], undefined, call);
  }
  let output: Content | undefined;
  for (const item of firstOf(items, MAX_ITEMS, 'items')) {
    const argv = command.map((word) => ({ ...word, text: replaceWhole(word.text, mark, item) }));
    output = startPayload(context, argv, undefined, call) ?? output;
  }
  return output;
}

/** The mark where it stands by itself: not inside a longer word, which it could complete. */
function replaceWhole(text: string, mark: string, item: string): string {
  if (!text.includes(mark) || mark === '') return text;
  let output = '';
  let from = 0;
  for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, from)) {
    const joins = /\w$/.test(text.slice(0, at)) || /^\w/.test(text.slice(at + mark.length));
    output += text.slice(from, at) + (joins ? mark : item);
    from = at + mark.length;
  }
  return output + text.slice(from);
}

/** `find … -exec command {} \;`, and `-execdir`, `-ok`, `-okdir`. */
function findExec(call: Invocation): Content | undefined {
  const { argv } = call;
  const acts = argv.some((field) => /^-(?:exec|ok|delete|f?printf|fprint0?|fls|ls)/.test(field.text));
  let output: Content | undefined = acts || argv.length < 2 ? undefined : textContent(`${foundPath(argv)}\n`);
  for (let start = 1; start < argv.length; start += 1) {
    if (!/^-(?:exec|execdir|ok|okdir)$/.test(argv[start]!.text)) continue;
    let end = start + 1;
    while (end < argv.length && argv[end]!.text !== ';' && argv[end]!.text !== '+') end += 1;
    const context = { ...childContext(call), state: { ...call.context.state, found: foundPath(argv) } };
    output = startPayload(context, argv.slice(start + 1, end), undefined, call) ?? output;
    start = end;
  }
  return output;
}

function fdExec(call: Invocation): Content | undefined {
  const start = call.argv.findIndex((field) => /^(?:-x|-X|--exec|--exec-batch)$/.test(field.text));
  return start < 0
    ? undefined
    : startPayload(childContext(call), call.argv.slice(start + 1), undefined, call);
}

/** GNU parallel: the words before `:::` are the command; without any, the lines that come in are commands. */
function parallel(call: Invocation): Content | undefined {
  const words = readWords(call.argv, {
    short: 'jSaIdNLns',
    long: names('jobs sshlogin arg-file max-args colsep delay timeout retries joblog results tmpdir'),
    leading: true,
  });
  const marker = words.operands.findIndex((field) => /^:{3,4}\+?$/.test(field.text));
  const command = marker < 0 ? words.operands : words.operands.slice(0, marker);
  const context = childContext(call);
  if (command.length === 0) {
    const items = marker < 0 ? [] : words.operands.slice(marker + 1);
    for (const item of firstOf(items, MAX_ITEMS, 'items')) runShell(context, call, item, 'parallel');
    if (marker < 0 && call.context.input !== undefined)
      addRun(call, { content: call.context.input, language: 'shell', via: 'parallel' });
    return undefined;
  }
  const piped = marker < 0 ? literal(call.context.input, lookupIn(call.context.state)) : undefined;
  const items =
    marker < 0 ? (piped?.split('\n') ?? []) : words.operands.slice(marker + 1).map((field) => field.text);
  const known = firstOf(
    items.filter((item) => item.trim() !== '' && item !== ':::'),
    MAX_ITEMS,
    'items',
  );
  const text = joinFields(command);
  if (known.length === 0) return runShell(context, call, text, 'parallel');
  for (const item of text.text.includes('{}') ? known : [known.join(' ')]) {
    const filled = text.text.includes('{}') ? replaceWhole(text.text, '{}', item) : `${text.text} ${item}`;
    runShell(context, call, { ...text, text: filled }, 'parallel');
  }
  return undefined;
}

const TMUX_COMMANDS = names(
  'new-session new new-window neww split-window splitw respawn-pane respawn-window run-shell run if-shell pipe-pane display-popup popup',
);

/** `tmux new -d 'text'`, `tmux send-keys -t pane 'text' Enter`. */
function tmux(call: Invocation): Content | undefined {
  const at = readWords(call.argv, { short: 'cfLST', leading: true }).first;
  const name = call.argv[at]?.text ?? '';
  if (name === 'send-keys' || name === 'send') {
    const words = readWords(call.argv, { short: 'tNc' }, at + 1);
    const keys = words.operands.filter(
      (field) => !/^(?:Enter|C-[a-z]|Escape|Tab|Space|Up|Down|KPEnter|BSpace)$/i.test(field.text),
    );
    if (keys.length === 0) return undefined;
    return runShell(childContext(call, { background: true }), call, joinFields(keys), 'tmux send-keys');
  }
  if (!TMUX_COMMANDS.has(name)) return undefined;
  const words = readWords(call.argv, { short: 'cFfnstxyelp', leading: true }, at + 1);
  const background = has(words, 'd');
  if (background) mark(call, { background: true });
  if (words.operands.length === 0) return undefined;
  const context = childContext(call, { background: true });
  // one word is a text for a shell, several are a command
  if (words.operands.length > 1 && !/^(?:run|if|pipe)/.test(name))
    return startPayload(context, words.operands, undefined, call);
  return runShell(context, call, joinFields(words.operands), `tmux ${name}`);
}

/** `screen -dmS name command`, `screen -S name -X stuff 'text\n'`. */
function screen(call: Invocation): Content | undefined {
  const words = readWords(call.argv, { short: 'cehpsStTL', leading: true });
  const background = has(words, 'd', 'D');
  if (background) mark(call, { background: true });
  if (words.operands.length === 0) return undefined;
  const context = childContext(call, background ? { background: true } : {});
  if (has(words, 'X')) {
    const [name, ...rest] = words.operands;
    if (name?.text !== 'stuff' || rest.length === 0) return undefined;
    const text = joinFields(rest);
    return runShell(context, call, { ...text, text: text.text.replace(/\\[nr]|\^M/g, '\n') }, 'screen stuff');
  }
  return startPayload(context, words.operands, undefined, call);
}

function detached(call: Invocation, flags: string): Content | undefined {
  mark(call, { background: true });
  const words = readWords(call.argv, { short: 'eErf', leading: true });
  const rest = has(words, ...flags) ? words.operands.slice(1) : words.operands;
  return startPayload(childContext(call, { background: true }), rest, undefined, call);
}

/** `at`, `batch`: the commands come in on standard input, or from a file. */
function at(call: Invocation): undefined {
  const file = optionValue(readWords(call.argv, { short: 'fqt' }), 'f');
  const { input } = call.context;
  const context = { ...call.context, frame: { ...call.context.frame, background: true } };
  if (file !== undefined) {
    addRun(
      { ...call, context },
      { content: { kind: 'file', path: file.text }, language: 'shell', via: 'at', path: file.text },
    );
  } else if (input !== undefined)
    addRun({ ...call, context }, { content: input, language: 'shell', via: 'at' });
}

/** `crontab -` and `crontab file`: each line's command will be run. */
function crontab(call: Invocation): Content | undefined {
  const words = readWords(call.argv, { short: 'u' });
  const file = words.operands[0];
  const { input } = call.context;
  const context = { ...call.context, frame: { ...call.context.frame, background: true } };
  if (file !== undefined && file.text !== '-') {
    fileAction(call, 'read', file);
    const content: Content = file.content ?? { kind: 'file', path: file.text };
    addRun({ ...call, context }, { content, language: 'crontab', via: 'crontab', path: file.text });
  } else if (input !== undefined && !has(words, 'l', 'r', 'e')) {
    addRun({ ...call, context }, { content: input, language: 'crontab', via: 'crontab' });
  }
  return has(words, 'l') ? { kind: 'unknown' } : textContent('');
}

/** `ip netns exec NAME command`: the command behind some words and operands. */
function behind(call: Invocation, path: readonly string[], operands: number): Content | undefined {
  const plain = call.argv.slice(1).filter((field) => !field.text.startsWith('-'));
  if (!path.every((text, index) => plain[index]?.text === text)) return undefined;
  return startPayload(
    childContext(call),
    plain.length === 0 ? [] : call.argv.slice(1 + path.length + operands),
    undefined,
    call,
  );
}

function skipMarker(fields: readonly Field[]): readonly Field[] {
  const marker = fields.findIndex((field) => field.text === '--');
  return marker < 0
    ? fields.filter((field, index) => index > 0 || !field.text.startsWith('-'))
    : fields.slice(marker + 1);
}

/** A command run in a container or on another host. */
export function remotely(
  call: Invocation,
  where: Field | undefined,
  command: readonly Field[],
): Content | undefined {
  if (command.length === 0) return undefined;
  const state = { ...subshell(call.context.state), directory: undefined };
  const context = { ...childContext(call, where === undefined ? {} : { remote: where.text }), state };
  return startPayload(context, command, undefined, call);
}

/** `ansible HOSTS -m shell -a 'text'`. */
function ansible(call: Invocation): Content | undefined {
  const words = readWords(call.argv, {
    short: 'amiuef',
    long: names('args module-name inventory user extra-vars forks'),
  });
  const module = optionValue(words, 'm', 'module-name')?.text ?? 'command';
  const text = optionValue(words, 'a', 'args');
  if (text === undefined || !/^(?:ansible\.builtin\.)?(?:shell|command|raw|script)$/.test(module))
    return undefined;
  const where = words.operands[0];
  return evaluateNested(
    childContext(call, where === undefined ? {} : { remote: where.text }),
    subshell(call.context.state),
    text.text,
    ['ansible'],
    text.start,
    text.end,
  );
}
