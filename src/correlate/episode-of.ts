import { actionsOf, mayHideWords } from '../actions/index.ts';
import type { Step, Trajectory } from '../trajectory/model.ts';
import type { TextSet } from './bloom.ts';
import type { Episode, NamedPlace, StepWindow } from './episode.ts';
import { hostName, normalAddress } from './feeds/feed.ts';
import { isNetwork, type Place, placesIn, placesOfAction } from './places.ts';
import { naiveTimeError, type Zone } from './zone.ts';

/** What the reading of episodes depends on. */
export interface EpisodeOptions {
  /** zone of times that name none */
  readonly zone: Zone | undefined;
  /** the addresses and names that alerts are about: no others are looked for */
  readonly places: TextSet;
}

/** Where an episode stands. */
export interface EpisodePlace {
  readonly ordinal: number;
  readonly file: number;
  readonly fileName: string;
  readonly row: number;
}

/** Most places that are kept of one episode, those that are gone to first. */
const mostNamed = 64;

/**
 * The windows, keys and named places of an episode. Throws where its times name no zone and none was given.
 *
 * The window is what the data set says, else from the first to the last time of its steps. The tools of a step run from
 * the step's own time until the next time that is known.
 */
export function episodeOf(trajectory: Trajectory, place: EpisodePlace, options: EpisodeOptions): Episode {
  const { metadata, steps } = trajectory;
  const { ordinal, file, row, fileName } = place;
  const clock = (time: number | undefined, isNaive: boolean | undefined): number | undefined => {
    if (time === undefined || isNaive !== true) return time;
    if (options.zone === undefined)
      throw naiveTimeError(new Date(time).toISOString().slice(0, -1), { file: fileName });
    return options.zone.toUtc(time);
  };
  let start = clock(metadata.startTime, metadata.naiveTime);
  let end = clock(metadata.endTime, metadata.naiveTime);
  const own = steps.filter((step) => step.copied !== true);
  const times = own.map((step) => ({
    step,
    start: clock(step.startTime ?? step.endTime, step.naiveTime),
    end: clock(step.endTime ?? step.startTime, step.naiveTime),
  }));
  if (start === undefined || end === undefined) {
    for (const time of times) {
      if (time.start !== undefined) start = Math.min(start ?? time.start, time.start);
      if (time.end !== undefined) end = Math.max(end ?? time.end, time.end);
    }
  }
  // a single time is the moment that the row was written, and no window
  if (
    start === undefined ||
    end === undefined ||
    (start === end && times.every((time) => time.start === undefined))
  ) {
    if (metadata.timesOf !== 'reply') [start, end] = [undefined, undefined];
  }
  const address = metadata.host === undefined ? undefined : normalAddress(metadata.host);
  const host = address === undefined ? hostName(metadata.host) : undefined;
  const acting = own.filter((step) => step.toolCalls.length > 0);
  // what the model's reply calls runs behind it
  if (metadata.timesOf === 'reply' && end !== undefined) start = end;
  const windows =
    metadata.timesOf === 'reply' && start !== undefined && end !== undefined
      ? acting.map((step) => ({ step: step.index, start: start!, end: end! }))
      : windowsOf(times, end);
  return {
    ordinal,
    file,
    row,
    ...(metadata.id === undefined ? {} : { id: metadata.id }),
    ...(start === undefined || end === undefined ? {} : { start, end: Math.max(start, end) }),
    ...(metadata.sandbox === undefined ? {} : { sandbox: metadata.sandbox }),
    ...(metadata.container === undefined ? {} : { container: metadata.container }),
    ...(address === undefined ? {} : { address }),
    ...(host === undefined ? {} : { host }),
    steps: windows,
    named: namedPlaces(trajectory, acting, options.places),
    ...(acting[0] === undefined ? {} : { firstActing: acting[0].index }),
  };
}

interface Timed {
  readonly step: Step;
  readonly start: number | undefined;
  readonly end: number | undefined;
}

function windowsOf(times: readonly Timed[], episodeEnd: number | undefined): StepWindow[] {
  const windows: StepWindow[] = [];
  let next: number | undefined;
  for (const { step, start, end } of [...times].reverse()) {
    if (start === undefined || end === undefined) continue;
    if (step.toolCalls.length > 0) {
      const until = Math.max(end, next ?? episodeEnd ?? end);
      windows.push({ step: step.index, start, end: until });
    }
    next = start;
  }
  return windows.reverse();
}

/** The places that calls name and alerts are about, each once a step. */
function namedPlaces(trajectory: Trajectory, acting: readonly Step[], wanted: TextSet): NamedPlace[] {
  const found = new Map<string, NamedPlace>();
  const isWanted = ({ name }: Place) => isNetwork(name) || wanted.has(name);
  const add = ({ name, port }: Place, own: Omit<NamedPlace, 'name' | 'port'>) => {
    const key = `${own.step} ${name} ${port ?? ''}`;
    const before = found.get(key);
    if (before?.naming === 'executed' || (before !== undefined && own.naming === 'mentioned')) return;
    found.set(key, { name, ...(port === undefined ? {} : { port }), ...own });
  };
  const parsed = new Set<number>();
  for (const step of acting) {
    for (const call of step.toolCalls) {
      const places = placesIn(call.arguments).filter(isWanted);
      if (places.length > 0 || mayHideWords(call.arguments)) parsed.add(step.index);
      for (const place of places)
        add(place, { step: step.index, call: call.index, naming: 'mentioned', argument: '', span: [0, 0] });
    }
  }
  if (parsed.size > 0) {
    for (const action of actionsOf(trajectory, parsed)) {
      const { step, call, argument, span } = action.origin;
      for (const place of placesOfAction(action).filter(isWanted))
        add(place, { step, call, naming: 'executed', argument, span });
    }
  }
  const all = [...found.values()];
  if (all.length <= mostNamed) return all;
  return all
    .sort((a, b) => Number(b.naming === 'executed') - Number(a.naming === 'executed'))
    .slice(0, mostNamed);
}
