import type { CompiledSpec, TimePlace } from './compile.ts';
import type { Metadata } from './model.ts';
import { followFirst, isObject, parseJson } from './path.ts';
import { textOf } from './text.ts';
import { readTime, type Time } from './times.ts';

/** What a row says of its episode. What is not there, or is not what it should be, is left out. */
export function readMetadata(compiled: CompiledSpec, row: unknown): Metadata {
  const found: Record<string, unknown> = {};
  for (const [name, paths] of compiled.metadata) {
    const value = followFirst(row, paths);
    if (value === undefined) continue;
    const read = name === 'reward' ? numberOf(value) : name === 'success' ? truthOf(value) : textOf(value);
    if (read !== undefined && read !== '') found[name] = read;
  }
  const start = timeAt(row, compiled.start);
  const end = timeAt(row, compiled.end);
  const times = timeFields(start, end);
  if (times.startTime === undefined || times.endTime === undefined)
    completeTimes(times, timeAt(row, compiled.duration)?.milliseconds);
  if (compiled.spec.metadata.times_of !== undefined) found['timesOf'] = compiled.spec.metadata.times_of;
  return { ...found, ...times };
}

/** Sets the missing one of start and end, where it is known how long the episode took. */
function completeTimes(times: { startTime?: number; endTime?: number }, duration: number | undefined): void {
  if (duration === undefined || duration < 0) return;
  if (times.endTime !== undefined) times.startTime = times.endTime - duration;
  else if (times.startTime !== undefined) times.endTime = times.startTime + duration;
}

export function timeAt(item: unknown, place: TimePlace | undefined): Time | undefined {
  if (place === undefined) return undefined;
  const value = followFirst(item, place.at);
  return value === undefined ? undefined : readTime(value, place.unit, place.zone);
}

export function timeFields(
  start: Time | undefined,
  end: Time | undefined,
): { startTime?: number; endTime?: number; naiveTime?: true } {
  return {
    ...(start === undefined ? {} : { startTime: start.milliseconds }),
    ...(end === undefined ? {} : { endTime: end.milliseconds }),
    ...(start?.naive === true || end?.naive === true ? { naiveTime: true as const } : {}),
  };
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === 'boolean') return value ? 1 : 0;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** Yes or no, where the data set says either: 1 and 0 do, -1 does not. */
function truthOf(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (value === 1 || value === '1') return true;
  if (value === 0 || value === '0') return false;
  const word = typeof value === 'string' ? value.toLowerCase() : '';
  return word === 'true' ? true : word === 'false' ? false : undefined;
}

/** Most tools that are listed. */
const mostTools = 1000;

/** The names of the tools that a row declares, as objects, as JSON text, or as a list of JSON texts. */
export function readTools(compiled: CompiledSpec, row: unknown): string[] | undefined {
  const value = followFirst(row, compiled.tools);
  const list = typeof value === 'string' ? parseJson(value) : value;
  if (!Array.isArray(list)) return undefined;
  const names = list.slice(0, mostTools).flatMap((entry: unknown) => {
    const tool = typeof entry === 'string' ? (parseJson(entry) ?? entry) : entry;
    if (typeof tool === 'string') return [tool];
    if (!isObject(tool)) return [];
    const name = (isObject(tool['function']) ? tool['function']['name'] : undefined) ?? tool['name'];
    return typeof name === 'string' ? [name] : [];
  });
  return names.length === 0 ? undefined : names;
}
