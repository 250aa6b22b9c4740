import type { CompiledSpec, Fields, ItemCase } from './compile.ts';
import type { Path } from './path.ts';
import { surfaceBit } from './surface.ts';

const { call, message, observation, request, tool } = surfaceBit;

/** Bits of all surfaces that the texts of an item of this kind may belong to. */
export function caseSurfaces(_compiled: CompiledSpec, { as, fields }: ItemCase): number {
  if (as === 'skip') return 0;
  if (as === 'assistant') return call | tool | message | observation;
  if (as === 'tool') return observation;
  return as === 'user' || fields.results.length > 0 ? request | observation : request;
}

/** Bits of the surfaces that one field of such an item may belong to. */
export function fieldSurfaces(compiled: CompiledSpec, { as, fields }: ItemCase, field: string): number {
  if (as === 'skip') return 0;
  let bits = 0;
  for (const path of fields.text) {
    if (path.text === field) bits |= textSurfaces(compiled, as);
    // parts may be calls and results, and so may what a JSON text holds
    else if (isBelow(field, path) || path.text.startsWith(`${field}.`))
      bits |= as === 'assistant' ? call | tool | message | observation : partSurfaces(as);
  }
  if (fields.reasoning.some((path) => path.text === field || isBelow(field, path))) bits |= message;
  if (isAmong(field, nameFields(fields), placesOf(fields.calls))) bits |= tool;
  if (isAmong(field, argumentFields(fields), placesOf(fields.calls))) bits |= call;
  if (isAmong(field, resultTexts(fields), placesOf(fields.results))) bits |= observation;
  return bits;
}

function textSurfaces(
  { always, answered, outputAfterCall, outputStarts }: CompiledSpec,
  as: ItemCase['as'],
): number {
  if (as === 'assistant') return always.length + answered.length > 0 ? message | call | tool : message;
  if (as === 'tool') return observation;
  return as === 'user' && (outputAfterCall || outputStarts.length > 0) ? request | observation : request;
}

function partSurfaces(as: ItemCase['as']): number {
  return as === 'tool' ? observation : request | observation;
}

/** The fields in which names of tools are, as dotted names below the item. */
function nameFields({ calls }: Fields): string[] {
  return calls.flatMap((place) => joined(place.in, 'is' in place.name ? [] : place.name));
}

/** The fields in which arguments of calls are. */
export function argumentFields({ calls }: Fields): string[] {
  return calls.flatMap((place) =>
    joined(
      place.in,
      'build' in place.arguments ? place.arguments.build.map(([, at]) => at) : place.arguments,
    ),
  );
}

/** The fields in which the texts of results are. */
export function resultTexts({ results }: Fields): string[] {
  return results.flatMap((place) => joined(place.in, place.text));
}

/** Where whole calls or results are: a text there is JSON, or the result itself. */
function placesOf(places: readonly { readonly in: readonly Path[] | undefined }[]): string[] {
  return places.flatMap((place) => (place.in ?? []).map(({ text }) => text));
}

function isAmong(field: string, paths: readonly string[], places: readonly string[]): boolean {
  return places.includes(field) || paths.some((path) => meets(field, path));
}

/** Whether one leads to the other: a path may go on inside the JSON text of a field. */
export function meets(field: string, path: string): boolean {
  return path === field || field.startsWith(`${path}.`) || path.startsWith(`${field}.`);
}

function joined(outer: readonly Path[] | undefined, inner: readonly Path[]): string[] {
  if (outer === undefined) return inner.map(({ text }) => text);
  return outer.flatMap(({ text }) =>
    inner.map((path) => (text === '.' ? path.text : `${text}.${path.text}`)),
  );
}

function isBelow(field: string, { text }: Path): boolean {
  return text === '.' || field.startsWith(`${text}.`);
}
