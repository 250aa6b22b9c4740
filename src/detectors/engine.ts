import { type Action, asIfRun, ByteCache, mayHideWordsIn, reachesOtherSteps } from '../actions/index.ts';
import type { Word } from '../prefilter/automaton.ts';
import { buildTables, Prefilter, type PrefilterTables } from '../prefilter/prefilter.ts';
import {
  type CompiledCorrelation,
  type CompiledRule,
  Correlator,
  EventView,
  RuleSet,
} from '../sigma/index.ts';
import type { Step, ToolCall, Trajectory } from '../trajectory/model.ts';
import { authorisationOf, type Target } from './authorisation.ts';
import type { Detector, Hit } from './contract.ts';
import { eventsOfActions, eventsOfStep, type TracedEvent } from './events.ts';
import { compareFindings, evidenceLength, type Finding } from './finding.ts';
import { outcomeOf } from './outcome.ts';
import { ActionReader, PassedLimit } from './passed-limit.ts';
import { plausibility, type SearchedText } from './plausible.ts';
import { looksAtCallsAlone, requirementsOfLiterals, requirementsOfRule } from './requirements.ts';
import type { RuleInfo } from './rule-info.ts';
import type { Scope } from './scope.ts';

/** A requirement of a rule that looks at one step is met. */
export const stepFlag = 1;
/** A requirement of a rule that looks at the whole trajectory is met. */
export const trajectoryFlag = 2;
/** The first of the bits of detectors, one each; the pipeline's own flag is between. */
const firstDetectorBit = 3;
const detectorBits = 28;

/** All active detectors as the pipeline sees them. */
export interface Engine {
  /** changes whenever a result could */
  readonly fingerprint: string;
  /**
   * Looks for what rules and detectors need before they can find anything. Its flags are `stepFlag`, `trajectoryFlag`
   * and one for each detector; rules and detectors are numbered in it.
   */
  readonly prefilter: Prefilter;
  /**
   * What the prefilter searches for, which other threads may share. Made when it is first asked for, which takes half a
   * second with all rules: not everybody who loads them searches.
   */
  readonly tables: PrefilterTables;
  /** whether `bytes[start, end)` of a tool call hide words from the prefilter */
  hidesWords(bytes: Uint8Array, start: number, end: number): boolean;
  /**
   * False only where a rule or detector, by its number in `prefilter`, cannot find anything in what a tool call
   * does, by the text of the call.
   */
  isPlausible(subject: number, text: SearchedText): boolean;
  /**
   * False only when no rule that looks at single steps can find anything in this one.
   * @param subjectsOf as for `detect`
   */
  mayMatch(step: Step, subjectsOf?: SubjectsOf): boolean;
  /**
   * The findings in a trajectory, in the order of its steps. Throws `PassedLimit`, with those that were found, where a
   * call may do more than the parser of actions goes through.
   * @param picked the steps that the prefilter picked, with their flags; without it, all steps and detectors are gone
   * through
   * @param subjectsOf the rules and detectors that steps may be of interest to; without it, all are asked
   */
  detect(trajectory: Trajectory, picked?: ReadonlyMap<number, number>, subjectsOf?: SubjectsOf): Finding[];
}

/** The rules and detectors, by the numbers that the prefilter gives them, that steps may be of interest to: 1 for each. */
export type SubjectsOf = (steps: Iterable<Step>, count: number) => Uint8Array;

const noTables = buildTables([]);

/** Bytes of calls, and whether a rule may match them, that are kept. */
const answerBytes = 1 << 20;

/** An engine of no detectors, for where nothing is matched. */
export const idleEngine: Engine = {
  fingerprint: '',
  tables: noTables,
  prefilter: new Prefilter(noTables),
  hidesWords: () => false,
  isPlausible: () => false,
  mayMatch: () => false,
  detect: () => [],
};

/** A finding on its way: which rule, and on what. */
interface RawHit {
  readonly info: Omit<RuleInfo, 'source'>;
  readonly step: number;
  readonly call: number | undefined;
  readonly argument: string;
  readonly span: readonly [number, number];
  readonly via: readonly string[];
  readonly evidence: string;
  readonly target: Target;
}

const noTarget: Target = { hosts: [], paths: [] };

/** @param ready the tables of the same rules and detectors, where they were made before; asked for when they are needed */
export function makeEngine(
  rules: readonly RuleInfo[],
  correlations: readonly RuleInfo<CompiledCorrelation>[],
  detectors: readonly Detector[],
  fingerprint: string,
  scope: Scope | undefined,
  ready: () => PrefilterTables | undefined = () => undefined,
): Engine {
  const infoOf = new Map<CompiledRule | CompiledCorrelation, Omit<RuleInfo, 'source'>>();
  for (const info of [...rules, ...correlations]) infoOf.set(info.source, info);
  const members = new Set<CompiledRule>(correlations.flatMap(({ source }) => source.baseRules));
  const set = new RuleSet(rules.map(({ source }) => source));
  const readsText = rules.some(
    ({ source }) => source.logSource.product === 'agent' && source.logSource.category !== 'code',
  );
  const listRequirements = () => [
    ...rules.flatMap(({ source }, number) =>
      requirementsOfRule(source, members.has(source) ? trajectoryFlag : stepFlag, number),
    ),
    ...detectors.flatMap((detector, index) =>
      requirementsOfLiterals(
        detector.literals,
        isOfCalls(detector) ? stepFlag : flagOf(index),
        rules.length + index,
      ),
    ),
  ];
  let tables: PrefilterTables | undefined;
  let prefilter: Prefilter | undefined;
  const subjectCount = rules.length + detectors.length;
  const ofCalls = detectors.filter(isOfCalls);
  const tablesOf = () => {
    tables ??= ready() ?? buildTables(listRequirements());
    return tables;
  };
  const prefilterOf = () => {
    prefilter ??= new Prefilter(tablesOf());
    return prefilter;
  };
  const wordNumber = (word: Word) => prefilterOf().numberOf(word);
  const plausible = rules.map(({ source }) => plausibility(source, wordNumber));
  const numberOf = new Map(rules.map(({ source }, number) => [source, number]));

  const hitsOfRules = (
    trajectory: Trajectory,
    actions: readonly Action[],
    only: ReadonlySet<number> | undefined,
    subjects: Uint8Array | undefined,
  ) => {
    const hits: RawHit[] = [];
    const correlator =
      correlations.length > 0 ? new Correlator(correlations.map(({ source }) => source)) : undefined;
    for (const traced of tracedEvents(trajectory, actions, readsText, only)) {
      const view = new EventView(traced.event);
      for (const rule of set.rulesFor(traced.event)) {
        if (subjects?.[numberOf.get(rule)!] === 0 || !rule.matches(view)) continue;
        if (rule.standalone) hits.push(hitOf(infoOf.get(rule)!, traced));
        for (const { correlation, events } of correlator?.feed(rule, traced.event) ?? []) {
          if (correlation.standalone)
            hits.push(correlationHit(infoOf.get(correlation)!, traced, events.length));
        }
      }
    }
    if (correlator !== undefined) {
      for (const { correlation, events } of correlator.finish()) {
        const last = events.at(-1)?.event.step ?? 0;
        if (correlation.standalone) hits.push({ ...emptyHit(infoOf.get(correlation)!), step: last });
      }
      if (correlator.lost > 0) throw new Error(`${correlator.lost} matches were too many to correlate`);
    }
    return hits;
  };

  /**
   * A step, with all that other steps may do on account of it; undefined where nobody can say what that is, or where a
   * rule that may match asks about what it is that does it.
   */
  const withConsequences = (step: Step, subjects: Uint8Array | undefined): Trajectory | undefined => {
    if (!reachesOtherSteps(step)) return { steps: [step], metadata: {} };
    if (subjects === undefined) return undefined;
    const asks = rules.some(({ source }, number) => subjects[number] === 1 && asksForRunner(source));
    return asks ? undefined : asIfRun(step);
  };

  /** What rules, and detectors that look at single calls, find in the picked steps and those that matter to them. */
  const hitsOfPicked = (
    trajectory: Trajectory,
    picked: ReadonlyMap<number, number> | undefined,
    subjectsOf: SubjectsOf | undefined,
    reader: ActionReader,
  ) => {
    const only = picked && new Set(picked.keys());
    const actions = reader.read(trajectory, only);
    const subjects = only && subjectsOf?.(stepsOf(trajectory, actions, only), subjectCount);
    const hits = hitsOfRules(trajectory, actions, only, subjects);
    for (const detector of ofCalls) hits.push(...hitsOfDetector(detector, trajectory, reader, actions));
    return hits;
  };

  const stepMayMatch = (step: Step, subjects: Uint8Array | undefined): boolean => {
    const trajectory = withConsequences(step, subjects);
    if (trajectory === undefined) return true;
    const reader = new ActionReader();
    const actions = reader.read(trajectory);
    return (
      reader.overrun !== undefined ||
      hitsOfRules(trajectory, actions, undefined, subjects).length > 0 ||
      detectors.some((detector, index) => {
        const isAsked = isOfCalls(detector) && subjects?.[rules.length + index] !== 0;
        return isAsked && !hitsOfDetector(detector, trajectory, reader, actions).next().done;
      })
    );
  };
  /** Answers for calls that were seen before, as long as no other subject is asked than rules about calls. */
  const answers = new ByteCache<boolean>(answerBytes);
  const askedMore = [
    ...rules.flatMap(({ source }, number) => (looksAtCallsAlone(source) ? [] : [number])),
    ...detectors.map((_, index) => rules.length + index),
  ];

  return {
    fingerprint,
    get tables() {
      return tablesOf();
    },
    get prefilter() {
      return prefilterOf();
    },
    hidesWords: mayHideWordsIn,
    isPlausible: (subject, text) =>
      plausible[subject]?.(text) ?? detectors[subject - rules.length]?.mayConcern?.(text.raw) ?? true,
    mayMatch(step, subjectsOf) {
      const subjects = subjectsOf?.([step], subjectCount);
      if (subjects === undefined || askedMore.some((subject) => subjects[subject] === 1))
        return stepMayMatch(step, subjects);
      // what is asked depends on the calls alone then, and so does the answer
      const calls = keyOfCalls(step);
      let answer = answers.get(calls);
      if (answer === undefined) {
        answer = stepMayMatch(step, subjects);
        answers.set(calls, answer, 0);
      }
      return answer;
    },
    detect(trajectory, picked, subjectsOf) {
      let flags = picked === undefined ? ~0 : 0;
      for (const own of picked?.values() ?? []) flags |= own;
      const asksRules = (flags & (stepFlag | trajectoryFlag)) !== 0;
      const reader = new ActionReader();
      const hits = asksRules ? hitsOfPicked(trajectory, picked, subjectsOf, reader) : [];
      for (const [index, detector] of detectors.entries()) {
        if (!isOfCalls(detector) && (flags & flagOf(index)) !== 0)
          hits.push(...hitsOfDetector(detector, trajectory, reader));
      }
      const findings = finish(hits, trajectory, scope);
      if (reader.overrun !== undefined) throw new PassedLimit(reader.overrun, findings);
      return findings;
    },
  };
}

/** Fields about what runs a command: of a script, the step that runs it knows them, not the one that writes it. */
const fieldsOfRunner = [
  ...['ParentImage', 'ParentCommandLine', 'CurrentDirectory', 'User', 'Remote', 'Background', 'Loop'],
  ...['PipedFrom', 'PipedFromImage', 'Via', 'Connected', 'Downloaded', 'Executed'],
];

function asksForRunner({ fields }: CompiledRule): boolean {
  return fieldsOfRunner.some((field) => fields.has(field));
}

/** The steps that were picked, and those whose texts some action comes from. */
function stepsOf(trajectory: Trajectory, actions: readonly Action[], only: ReadonlySet<number>): Step[] {
  const acting = new Set(actions.map(({ origin }) => origin.step));
  return trajectory.steps.filter(({ index }) => only.has(index) || acting.has(index));
}

function isOfCalls({ looksAt }: Detector): boolean {
  return looksAt === 'call';
}

/** Tells steps apart whose calls may do different things. */
function keyOfCalls({ role, copied, toolCalls }: Step): string {
  const calls = toolCalls.flatMap(({ name, arguments: given }) => [name, given]);
  return [role, copied === true ? 'copied' : '', ...calls].join('\0');
}

/** The flag of a detector; where there are many, some share one. */
function flagOf(index: number): number {
  return 1 << (firstDetectorBit + (index % detectorBits));
}

function* tracedEvents(
  trajectory: Trajectory,
  actions: readonly Action[],
  readsText: boolean,
  only: ReadonlySet<number> | undefined,
): Generator<TracedEvent> {
  const byStep = new Map<number, TracedEvent[]>();
  for (const traced of eventsOfActions(trajectory, actions)) {
    const list = byStep.get(traced.step.index);
    if (list === undefined) byStep.set(traced.step.index, [traced]);
    else list.push(traced);
  }
  for (const step of trajectory.steps) {
    if (step.copied === true) continue;
    if (readsText && (only === undefined || only.has(step.index))) yield* eventsOfStep(step);
    yield* byStep.get(step.index) ?? [];
  }
}

function hitOf(info: Omit<RuleInfo, 'source'>, traced: TracedEvent): RawHit {
  const { step, call, argument, span, via, summary } = traced;
  return { info, step: step.index, call, argument, span, via, evidence: summary, target: targetOf(traced) };
}

function correlationHit(info: Omit<RuleInfo, 'source'>, traced: TracedEvent, count: number): RawHit {
  const hit = hitOf(info, traced);
  return { ...hit, evidence: `${count} events, the last: ${hit.evidence}` };
}

function emptyHit(info: Omit<RuleInfo, 'source'>): RawHit {
  return {
    info,
    step: 0,
    call: undefined,
    argument: '',
    span: [0, 0],
    via: [],
    evidence: '',
    target: noTarget,
  };
}

/** What an event is about: the program, and the hosts and paths among its fields and words. */
function targetOf({ event, step, call }: TracedEvent): Target {
  const text = (name: string) => {
    const value = event.fields[name];
    return typeof value === 'string' ? [value] : [];
  };
  const words = Array.isArray(event.fields['Arguments'])
    ? event.fields['Arguments'].slice(1).map(String)
    : [];
  const program = text('Image')[0]?.split('/').at(-1);
  const tool = call === undefined ? undefined : step.toolCalls[call]?.name;
  return {
    ...(program === undefined ? {} : { program }),
    ...(tool === undefined ? {} : { tool }),
    hosts: [
      ...text('DestinationHostname'),
      ...text('DestinationIp'),
      ...words.filter(isHostLike).map(hostOf),
    ],
    paths: [...text('TargetFilename'), ...words.filter((word) => word.startsWith('/'))],
  };
}

const isHostLike = (word: string) =>
  /^(?:[\w.-]+@)?(?:\d{1,3}(?:\.\d{1,3}){3}|[a-z0-9-]+(?:\.[a-z0-9-]+)+)(?::\d+)?(?:\/\d+)?$/i.test(word);
const hostOf = (word: string) => word.replace(/^.*@/, '').replace(/[:/]\d+$/, '');

/** @param known the actions that it is to look at; without it, all of the trajectory */
function* hitsOfDetector(
  detector: Detector,
  trajectory: Trajectory,
  reader: ActionReader,
  known?: readonly Action[],
): Generator<RawHit> {
  const { meta } = detector;
  let parsed = known;
  const bySteps = new Map<number, readonly Action[]>();
  const context = {
    get actions() {
      parsed ??= reader.read(trajectory);
      return parsed;
    },
    actionsOf(step: Step, call: ToolCall) {
      let own = parsed ?? bySteps.get(step.index);
      if (own === undefined) {
        own = reader.read(trajectory, new Set([step.index]));
        bySteps.set(step.index, own);
      }
      return own.filter(({ origin }) => origin.step === step.index && origin.call === call.index);
    },
  };
  let hits: Iterable<Hit>;
  try {
    hits = [...detector.detect(trajectory, context)];
  } catch (error) {
    throw new Error(`detector ${meta.id}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  for (const hit of hits) {
    const info = {
      id: meta.id,
      title: hit.title ?? meta.title,
      category: meta.category,
      class: meta.class,
      severity: hit.severity ?? meta.severity,
      confidence: meta.confidence ?? 'medium',
      attack: meta.attack ?? [],
      pack: meta.id,
      requestedBy: meta.requestedBy ?? [],
    };
    const { step, call, argument = '', span = [0, 0] as const, evidence } = hit;
    const target = { hosts: hit.targets ?? [], paths: [] };
    yield { info, step, call, argument, span, via: [], evidence, target };
  }
}

/** Adds outcome and authorisation; the same rule on the same place is told once. */
function finish(hits: readonly RawHit[], trajectory: Trajectory, scope: Scope | undefined): Finding[] {
  const seen = new Set<string>();
  const findings: Finding[] = [];
  for (const hit of hits) {
    const key = `${hit.info.id} ${hit.step} ${hit.call} ${hit.argument} ${hit.span.join()}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const { info, step, call, argument, span, via, target } = hit;
    const names = [target.program ?? '', ...target.hosts, ...target.paths].filter((name) => name.length > 1);
    findings.push({
      detector: info.pack,
      rule: info.id,
      title: info.title,
      category: info.category,
      class: info.class,
      severity: info.severity,
      confidence: info.confidence,
      attack: info.attack,
      step,
      ...(call === undefined ? {} : { call }),
      argument,
      span,
      evidence: excerpt(hit.evidence),
      via,
      outcome: outcomeOf(trajectory, step, call, names),
      authorisation: authorisationOf(trajectory, step, target, info.requestedBy, scope),
    });
  }
  return findings.sort(compareFindings);
}

function excerpt(text: string): string {
  return text.length <= evidenceLength ? text : `${text.slice(0, evidenceLength - 1)}…`;
}
