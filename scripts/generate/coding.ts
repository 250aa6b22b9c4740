import type { Random } from './random.ts';

/** A message as OpenAI chat has it. */
export interface Message {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly content: string | null;
  readonly tool_calls?: readonly ToolCall[];
  readonly tool_call_id?: string;
}

export interface ToolCall {
  readonly id: string;
  readonly type: 'function';
  readonly function: { readonly name: string; readonly arguments: string };
}

/** One episode. */
export interface Episode {
  readonly id: string;
  readonly task: string;
  readonly reward: number;
  readonly messages: readonly Message[];
}

const modules = [
  'parser',
  'session',
  'cache',
  'router',
  'schema',
  'tokens',
  'storage',
  'config',
  'client',
  'metrics',
  'render',
];
const nouns = [
  'value',
  'packet',
  'node',
  'record',
  'header',
  'index',
  'buffer',
  'entry',
  'handle',
  'result',
  'option',
  'offset',
];
const verbs = [
  'parse',
  'load',
  'merge',
  'update',
  'rebuild',
  'encode',
  'check',
  'format',
  'expand',
  'collect',
  'apply',
  'reset',
];

const name = (random: Random) => `${random.pick(verbs)}_${random.pick(nouns)}`;
const file = (random: Random) =>
  `src/${random.pick(modules)}/${random.pick(modules)}_${random.pick(nouns)}.py`;

/** Lines of Python that look like a project's. */
function code(random: Random, lines: number): string {
  const out: string[] = [];
  while (out.length < lines) {
    const a = name(random);
    const b = random.pick(nouns);
    out.push(`def ${a}(self, ${b}, ${random.pick(nouns)}=None, *, depth=${random.whole(1, 90)}):`);
    out.push(
      `    """${random.pick(verbs)} the ${b} of the ${random.pick(modules)} and return its ${random.pick(nouns)}."""`,
    );
    for (let i = random.whole(2, 9); i > 0; i--) {
      out.push(
        random.pick([
          `    ${random.pick(nouns)} = self._${name(random)}(${b}, ${random.whole(0, 999)})`,
          `    if ${b} is None or ${random.pick(nouns)} > ${random.whole(1, 4096)}:`,
          `        raise ValueError(f"bad ${b}: {${b}!r} at {self.${random.pick(nouns)}}")`,
          `    for key, ${random.pick(nouns)} in sorted(${b}.items()):`,
          `        logger.debug("%s: %s", key, ${random.whole(0, 1e6)})`,
          `    # ${random.pick(verbs)} before the ${random.pick(nouns)} is shared (see #${random.whole(100, 9999)})`,
        ]),
      );
    }
    out.push(`    return ${random.pick(nouns)}`, '');
  }
  return out.slice(0, lines).join('\n');
}

function listing(random: Random): string {
  return Array.from({ length: random.whole(8, 60) }, () => {
    const size = random.whole(100, 90_000);
    return `-rw-r--r-- 1 root root ${String(size).padStart(6)} Nov ${random.whole(1, 30)} 1${random.whole(0, 9)}:${random.whole(10, 59)} ${file(random)}`;
  }).join('\n');
}

function testRun(random: Random): string {
  const lines = Array.from({ length: random.whole(10, 80) }, (_, i) => {
    const state = random.chance(0.95) ? 'PASSED' : 'FAILED';
    return `tests/test_${random.pick(modules)}.py::test_${name(random)}[${random.whole(0, 99)}] ${state} [${String(i).padStart(3)}%]`;
  });
  return `============================= test session starts =============================\nplatform linux -- Python 3.11.7, pytest-8.3.2\n${lines.join('\n')}\n${code(random, random.whole(0, 30))}\n======================== ${random.whole(1, 300)} passed in ${random.whole(1, 90)}.${random.whole(10, 99)}s ========================`;
}

function diff(random: Random): string {
  const path = file(random);
  const body = code(random, random.whole(10, 60))
    .split('\n')
    .map((line) => random.pick([' ', ' ', ' ', '+', '-']) + line);
  return `diff --git a/${path} b/${path}\nindex ${random.whole(1e6, 9e6).toString(16)}..${random.whole(1e6, 9e6).toString(16)} 100644\n--- a/${path}\n+++ b/${path}\n@@ -${random.whole(1, 400)},${random.whole(1, 40)} +${random.whole(1, 400)},${random.whole(1, 40)} @@\n${body.join('\n')}`;
}

/**
 * An ordinary command with what it prints. Reading and searching prevail, as in real coding trajectories; of every hundred
 * calls two or three each are `curl`, `pip`, `rm -rf`, `chmod` and `mkdir`, which there are about one.
 */
function ordinary(random: Random): { command: string; output: string } {
  const path = file(random);
  const kinds: (() => { command: string; output: string })[] = [
    () => ({
      command: `cd /workspace/${random.pick(modules)} && ls -la ${random.pick(modules)}/`,
      output: listing(random),
    }),
    () => ({
      command: `grep -rn "${name(random)}" --include="*.py" src/ | head -50`,
      output: code(random, random.whole(10, 50)),
    }),
    () => ({
      command: `sed -n '${random.whole(1, 200)},${random.whole(200, 400)}p' ${path}`,
      output: code(random, random.whole(40, 160)),
    }),
    () => ({ command: `cat ${path}`, output: code(random, random.whole(60, 240)) }),
    () => ({
      command: `python -m pytest tests/test_${random.pick(modules)}.py -x -q 2>&1 | tail -40`,
      output: testRun(random),
    }),
    () => ({ command: 'git status && git diff HEAD', output: diff(random) }),
    () => ({ command: `git log -5 --oneline -- ${path}`, output: code(random, 6) }),
    () => ({
      command: 'pip install -e ".[test]" 2>&1 | tail -5',
      output: `Successfully installed ${random.pick(modules)}-${random.whole(0, 9)}.${random.whole(0, 30)}`,
    }),
    () => ({ command: 'rm -rf build dist *.egg-info && python -m build', output: listing(random) }),
    () => ({
      command: `chmod +x scripts/${random.pick(verbs)}.sh && ./scripts/${random.pick(verbs)}.sh`,
      output: code(random, random.whole(3, 40)),
    }),
    () => ({
      command: `curl -s http://localhost:${random.whole(3000, 9000)}/api/${random.pick(nouns)} | python -m json.tool`,
      output: `{\n    "${random.pick(nouns)}": ${random.whole(0, 999)}\n}`,
    }),
    () => ({
      command: `find . -name "*.py" -newer setup.py | xargs grep -l ${random.pick(nouns)}`,
      output: listing(random),
    }),
    () => ({
      command: `mkdir -p /tmp/${random.pick(modules)} && cp ${path} /tmp/${random.pick(modules)}/`,
      output: '',
    }),
  ];
  const rare = kinds.slice(7);
  return random.chance(0.15) ? random.pick(rare)() : random.pick(kinds.slice(0, 7))();
}

/** An edit, as an editor tool makes it. */
function edit(random: Random): { name: string; args: unknown; output: string } {
  const path = `/workspace/${file(random)}`;
  const replacement = code(random, random.whole(4, 30));
  return {
    name: 'str_replace_editor',
    args: { command: 'str_replace', path, old_str: code(random, random.whole(3, 10)), new_str: replacement },
    output: `The file ${path} has been edited. Here's the result of running \`cat -n\` on a snippet:\n${replacement}`,
  };
}

/** A tool call that is planted into an episode, with what comes back. */
export interface Planted {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly output: string;
}

/**
 * An episode of ordinary coding work.
 * @param size UTF-8 bytes it comes to, about
 * @param planted calls that are put somewhere into its middle
 */
export function codingEpisode(
  random: Random,
  number: number,
  size: number,
  planted: readonly Planted[] = [],
): Episode {
  const task = `Fix ${name(random)} in ${random.pick(modules)} (issue #${random.whole(100, 9999)})`;
  const messages: Message[] = [
    {
      role: 'system',
      content:
        'You are a software engineer. You work in /workspace with a shell and an editor. Finish the task and run the tests.',
    },
    { role: 'user', content: `${task}\n\n${code(random, random.whole(5, 25))}` },
  ];
  let bytes = 0;
  let calls = 0;
  const call = (tool: string, args: unknown, output: string, thought: string) => {
    calls += 1;
    const id = `call_${number}_${calls}`;
    messages.push({
      role: 'assistant',
      content: thought,
      tool_calls: [{ id, type: 'function', function: { name: tool, arguments: JSON.stringify(args) } }],
    });
    messages.push({ role: 'tool', content: output, tool_call_id: id });
    bytes += output.length + thought.length + JSON.stringify(args).length;
  };
  const queue = [...planted];
  while (bytes < size || queue.length > 0) {
    if (queue.length > 0 && bytes > (size * (planted.length - queue.length + 1)) / (planted.length + 2)) {
      const { name: tool, args, output } = queue.shift()!;
      call(tool, args, output, `Next, ${random.pick(verbs)} the ${random.pick(nouns)}.`);
      continue;
    }
    const thought = `I will ${random.pick(verbs)} the ${random.pick(nouns)} in ${random.pick(modules)} and look at the ${random.pick(nouns)}.`;
    if (random.chance(0.2)) {
      const { name: tool, args, output } = edit(random);
      call(tool, args, output, thought);
    } else {
      const { command, output } = ordinary(random);
      call('bash', { command }, output, thought);
    }
  }
  messages.push({ role: 'assistant', content: `I changed ${file(random)}; the tests pass.` });
  return {
    id: `episode-${String(number).padStart(7, '0')}`,
    task,
    reward: random.chance(0.5) ? 1 : 0,
    messages,
  };
}
