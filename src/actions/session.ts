import type { Step, ToolCall, Trajectory } from '../trajectory/model.ts';
import type { Action, Origin } from './action.ts';
import { unescapeArguments } from './arguments.ts';
import { ByteCache } from './cache.ts';
import type { Content } from './content.ts';
import { downloadOf, resolve } from './content.ts';
import { packageScripts } from './documents/package-json.ts';
import { FileMemory } from './files.ts';
import type { Body, Draft, Language, Run } from './frame.ts';
import { bare } from './hide/characters.ts';
import { MAX_ACTIONS, MAX_DEPTH, MAX_RUNS, MAX_SCRIPT_WORK } from './limits.ts';
import { mentionsOf } from './mentions.ts';
import { type Limit, pass, watched } from './overrun.ts';
import type { ParsedCall } from './parse.ts';
import { CURRENT_FILE, parseCall, parseText } from './parse.ts';
import { baseName } from './paths.ts';
import { languageOfFile } from './sniff.ts';

const cache = new ByteCache<ParsedCall>();

/** A parsed call, from the cache where the same call was seen before. */
export function parsedCall(name: string, text: string): ParsedCall {
  return cached(`${name}\0${text}`, () => parseCall(name, text));
}

function cached(key: string, parse: () => ParsedCall): ParsedCall {
  const before = cache.get(key);
  if (before !== undefined) return before;
  const parsed = parse();
  let bytes = 256;
  for (const draft of parsed.drafts) bytes += weight(draft);
  cache.set(key, parsed, bytes);
  return parsed;
}

/** Roughly what a draft weighs; its strings are mostly pieces of the text that is the key. */
function weight(draft: Draft): number {
  const { body } = draft;
  const text =
    body.kind === 'process'
      ? body.commandLine.length + (body.input?.length ?? 0)
      : body.kind === 'file'
        ? body.path.length + (body.content?.length ?? 0)
        : 64;
  return 400 + 2 * text;
}

/** A tool call at its place. */
interface Placed {
  readonly step: number;
  readonly call: ToolCall;
}

/** A call that may do more than was seen of it. */
export interface Overrun {
  readonly step: number;
  readonly call: number;
  readonly limit: Limit;
}

/** What tool calls do, and the first of them that went past a bound, if any did. */
export interface Reading {
  readonly actions: Action[];
  readonly overrun?: Overrun;
}

/** The actions of `readActions`, for whoever only shows them: a call past a bound gives those that were found. */
export function actionsOf(trajectory: Trajectory, only?: ReadonlySet<number>): Action[] {
  return readActions(trajectory, only).actions;
}

/**
 * What the assistant's tool calls do, in order. Scripts that a call writes and a later call runs are gone through
 * where they are run; steps marked as copied are left out.
 *
 * @param only indexes of the steps that are gone through; besides them, the calls that name a file which one of
 *   their calls writes or runs. All steps when it is not given.
 */
export function readActions(trajectory: Trajectory, only?: ReadonlySet<number>): Reading {
  const calls: Placed[] = [];
  for (const step of trajectory.steps) {
    if (step.role !== 'assistant' || step.copied === true) continue;
    for (const call of step.toolCalls) calls.push({ step: step.index, call });
  }
  const chosen = only === undefined ? calls : chosenCalls(calls, only);
  const linker = new Linker();
  for (const { step, call } of chosen) linker.add(step, call.index, parsedCall(call.name, call.arguments));
  const { actions, overrun } = linker;
  return overrun === undefined ? { actions } : { actions, overrun };
}

/** The calls of the chosen steps, and those that name what these write or run. */
function chosenCalls(calls: readonly Placed[], only: ReadonlySet<number>): Placed[] {
  const chosen = new Set(calls.filter(({ step }) => only.has(step)));
  let fresh = [...chosen];
  const asked = new Set<string>();
  while (fresh.length > 0) {
    const names = new Set<string>();
    for (const { call } of fresh) {
      for (const name of mentionsOf(parsedCall(call.name, call.arguments)))
        if (!asked.has(name)) names.add(name);
    }
    for (const name of names) asked.add(name);
    const searched = [...names].map(bare);
    fresh =
      searched.length === 0
        ? []
        : calls.filter((placed) => !chosen.has(placed) && mentions(placed, searched));
    for (const placed of fresh) chosen.add(placed);
  }
  return calls.filter((placed) => chosen.has(placed));
}

function mentions({ call }: Placed, names: readonly string[]): boolean {
  const text = `${call.name} ${bare(unescapeArguments(call.arguments))}`;
  return names.some((name) => text.includes(name));
}

/**
 * Whether what a step does may depend on other steps, or what they do on it: it writes, opens or runs a file, defines
 * a function, or calls what may be one.
 */
export function reachesOtherSteps(step: Step): boolean {
  if (step.role !== 'assistant' || step.copied === true) return false;
  return step.toolCalls.some((call) => mentionsOf(parsedCall(call.name, call.arguments)).size > 0);
}

/** Puts parsed calls one behind the other: actions get their place, scripts are run where they are run. */
class Linker {
  readonly actions: Action[] = [];
  private readonly memory = new FileMemory();
  private readonly functions = new Map<string, string>();
  private redefined = 0;
  /** the file that the editor has open */
  private open: string | undefined;

  overrun: Overrun | undefined;

  add(step: number, call: number, parsed: ParsedCall): void {
    const limit = this.actions.length + MAX_ACTIONS;
    const place: Place = { step, call, limit, work: MAX_SCRIPT_WORK, runs: new Map() };
    const [, passed] = watched(() => this.emit(place, parsed, undefined, 0));
    if (passed !== undefined) this.overrun ??= { step, call, limit: passed };
    this.define(parsed);
    if (parsed.opens !== undefined) this.open = parsed.opens;
  }

  private emit(place: Place, parsed: ParsedCall, runner: Runner | undefined, depth: number): void {
    if (parsed.passed !== undefined) pass(parsed.passed);
    const indexes: number[] = [];
    for (const draft of parsed.drafts) {
      if (this.actions.length >= place.limit) {
        pass('actions');
        return;
      }
      const body = this.completed(draft.body, draft, runner);
      const index = this.actions.length;
      indexes.push(index);
      const parent = draft.parent === undefined ? runner?.index : indexes[draft.parent];
      const origin = originOf(place, draft, runner);
      const placed = body.kind === 'process' && body.pipedFrom !== undefined ? repiped(body, indexes) : body;
      this.actions.push({ ...placed, origin, ...(parent === undefined ? {} : { parent }) } as Action);
      if (body.kind === 'file') this.remember(body, draft, parsed.joins === true);
      const runnerHere = { index, origin, depth, outer: runner };
      if (body.kind === 'process') this.run(place, draft, body, runnerHere);
      else for (const run of draft.runs ?? []) this.runScript(place, run, runnerHere);
    }
  }

  /** What is known only now: the file that is edited, where a program comes from, what the script's runner is. */
  private completed(body: Body, draft: Draft, runner: Runner | undefined): Body {
    if (body.kind === 'file' && body.path === CURRENT_FILE) return { ...body, path: this.open ?? 'unknown' };
    if (body.kind !== 'process') return body;
    let completed = body;
    if (completed.downloaded === undefined && draft.runs !== undefined) {
      for (const run of draft.runs) {
        const url = downloadOf(run.content, (path) => this.memory.get(path));
        if (url !== undefined) completed = { ...completed, downloaded: url };
      }
    }
    if (runner === undefined) return completed;
    const { user, remote, background, loop } = runner.run.frame;
    return {
      ...(user === undefined ? {} : { user }),
      ...(remote === undefined ? {} : { remote }),
      ...(background === undefined ? {} : { background }),
      ...(loop === undefined ? {} : { loop }),
      ...completed,
    };
  }

  private remember(body: Body & { kind: 'file' }, draft: Draft, joins: boolean): void {
    const { memory } = this;
    if (body.operation === 'delete') memory.delete(body.path);
    else if (body.operation === 'rename' && body.target !== undefined) memory.move(body.path, body.target);
    else if (body.operation === 'create' || body.operation === 'append') {
      const content: Content | undefined =
        draft.written ?? (body.content === undefined ? undefined : { kind: 'text', text: body.content });
      if (content === undefined) return;
      memory.write(body.path, content, {
        append: body.operation === 'append',
        partial: draft.partial === true,
        joins,
        replaces: draft.replaces,
      });
    }
  }

  /** Goes through the scripts that a process runs. */
  private run(place: Place, draft: Draft, body: Body & { kind: 'process' }, starter: Starter): void {
    const { origin, depth } = starter;
    for (const run of draft.runs ?? []) this.runScript(place, run, starter);
    if (draft.runs !== undefined || !body.image.startsWith('/usr/bin/')) return;
    const name = body.image.slice(9);
    const text = this.functions.get(name);
    const program = text === undefined ? this.memory.program(name) : undefined;
    const content: Content | undefined =
      text !== undefined
        ? { kind: 'text', text }
        : program === undefined
          ? undefined
          : { kind: 'file', path: program };
    if (content === undefined) return;
    const frame = { argument: origin.argument, via: origin.via, offset: 0, fixed: origin.span, depth };
    const language: { language?: Language } = text === undefined ? {} : { language: 'shell' };
    const via = text === undefined ? `script ${program!}` : `function ${name}`;
    this.runScript(
      place,
      {
        content,
        ...language,
        via,
        arguments: body.argv.slice(1),
        frame,
        ...(program === undefined ? {} : { path: program }),
      },
      starter,
    );
  }

  private runScript(place: Place, run: Run, starter: Starter): void {
    const { index, origin, depth, outer } = starter;
    const resolved = resolve(run.content, (path) => this.memory.get(path));
    if (resolved === undefined || resolved.text.trim() === '') return;
    const { language, text } = this.languageAndText(run, resolved.text);
    if (language === undefined || text === undefined) return;
    const given = {
      ...(run.arguments === undefined ? {} : { arguments: run.arguments }),
      ...(run.directory === undefined ? {} : { directory: run.directory }),
    };
    const key = `\0${language}\0${run.directory ?? ''}\0${run.arguments?.join('\x01') ?? ''}\0${text}`;
    if (isRepeated(outer, key)) return;
    if (depth >= MAX_DEPTH) {
      pass('depth');
      return;
    }
    const before = this.changes;
    const known = place.runs.get(key);
    // run again where nothing has changed, it does what it did
    if (known?.changes === before && known.times >= MAX_RUNS) return;
    const parsed = cached(key, () => parseText(language, text, given));
    place.work -= parsed.work;
    if (place.work < 0) {
      pass('work');
      return;
    }
    const via = [...origin.via, run.via, ...resolved.via];
    this.emit(place, parsed, { index, run, via, origin, key, outer }, depth + 1);
    if (run.via === 'source') this.define(parsed);
    const times = known?.changes === before ? known.times + 1 : 1;
    place.runs.set(key, { changes: this.changes, times });
  }

  private define({ definitions }: ParsedCall): void {
    for (const { name, body } of definitions) {
      if (this.functions.get(name) !== body) this.redefined += 1;
      this.functions.set(name, body);
    }
  }

  /** How often a file or a function has become another one. */
  private get changes(): number {
    return this.memory.changes + this.redefined;
  }

  private languageAndText(
    run: Run,
    text: string,
  ): { language: Language | undefined; text: string | undefined } {
    if (run.path !== undefined && baseName(run.path) === 'package.json')
      return { language: 'shell', text: packageScripts(text, run.arguments?.[0] ?? '') };
    return { language: run.language ?? languageOfFile(run.path ?? '', text), text };
  }
}

interface Place {
  readonly step: number;
  readonly call: number;
  /** of the actions, those of earlier calls counted */
  readonly limit: number;
  /** evaluation steps left for the scripts that it runs */
  work: number;
  /** the scripts that it has run, each with what it is given: how often with nothing changed in between */
  readonly runs: Map<string, { readonly changes: number; readonly times: number }>;
}

/** An action that may run scripts. */
interface Starter {
  readonly index: number;
  readonly origin: Origin;
  readonly depth: number;
  /** what runs the script that it is part of */
  readonly outer: Runner | undefined;
}

/** The process that runs a script. */
interface Runner {
  readonly index: number;
  readonly run: Run;
  readonly via: readonly string[];
  readonly origin: Origin;
  /** the script's text, and what it is given */
  readonly key: string;
  readonly outer: Runner | undefined;
}

/** Whether a script that runs itself has done so often enough: it does nothing new further down. */
function isRepeated(runner: Runner | undefined, key: string): boolean {
  let times = 0;
  for (let outer = runner; outer !== undefined; outer = outer.outer) if (outer.key === key) times += 1;
  return times >= MAX_RUNS;
}

function originOf(place: Place, draft: Draft, runner: Runner | undefined): Origin {
  const { step, call } = place;
  if (runner === undefined) return { step, call, argument: draft.argument, span: draft.span, via: draft.via };
  return {
    step,
    call,
    argument: runner.origin.argument,
    span: runner.origin.span,
    via: [...runner.via, ...draft.via],
  };
}

function repiped(body: Body & { kind: 'process' }, indexes: readonly number[]): Body {
  const from = indexes[body.pipedFrom!];
  const { pipedFrom: _, ...rest } = body;
  return from === undefined ? rest : { ...rest, pipedFrom: from };
}
