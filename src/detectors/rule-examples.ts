import { type Examples, readExamples } from './example.ts';
import type { LoadedDetectors } from './load.ts';

/** A rule or detector with what it must match and what it must leave alone. */
export interface Exemplified {
  readonly id: string;
  readonly file: string;
  readonly examples: Examples;
}

/** The examples of everything that was loaded. */
export function examplesOf(loaded: LoadedDetectors): Exemplified[] {
  const rules = [...loaded.rules, ...loaded.correlations].map(({ id, source }) => ({
    id,
    file: source.file,
    examples: readExamples(source.raw['examples'], id, source.file),
  }));
  const detectors = loaded.detectors.map(({ meta, examples }) => ({
    id: meta.id,
    file: meta.id,
    examples: readExamples(examples, meta.id, meta.id),
  }));
  return [...rules, ...detectors];
}
