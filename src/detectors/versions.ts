import { createHash } from 'node:crypto';
import type { CompiledCorrelation, CompiledRule } from '../sigma/index.ts';
import type { LoadedDetectors } from './load.ts';
import { moduleDigest } from './module-source.ts';

/**
 * The version of each rule and detector, by id: a hash of all that its findings depend on but for the data and trajsieve
 * itself. Of a rule that is its file, what its folder says of it, its filters, and whether it reports for itself; of a
 * correlation also the rules that it refers to; of a module its files. What the agents were free to act on is part of all.
 */
export function versionsOf({
  packs,
  rules,
  correlations,
  detectors,
  scope,
}: LoadedDetectors): Map<string, string> {
  const textOf = new Map(packs.flatMap((pack) => pack.rules.map(({ file, text }) => [file, text])));
  const packOf = new Map(packs.flatMap((pack) => pack.rules.map(({ file }) => [file, pack])));
  const bySource = new Map<CompiledRule | CompiledCorrelation, string>();
  const versions = new Map<string, string>();
  const about = (source: CompiledRule | CompiledCorrelation) => {
    const pack = packOf.get(source.file);
    return [
      textOf.get(source.file),
      source.line,
      pack?.name,
      pack?.classifier,
      source.standalone,
      scope?.text,
    ];
  };
  for (const { id, source } of rules) {
    const filters = source.filters.map(({ file, line }) => [textOf.get(file), line]);
    bySource.set(source, digestOf([about(source), filters]));
    versions.set(id, bySource.get(source)!);
  }
  // those that others refer to come before them
  for (const { id, source } of correlations) {
    const members = source.members.map((member) => bySource.get(member));
    bySource.set(source, digestOf([about(source), members]));
    versions.set(id, bySource.get(source)!);
  }
  for (const detector of detectors) {
    const { meta, literals, looksAt, detect } = detector;
    const code = [detect.toString(), moduleDigest(detector)];
    versions.set(meta.id, digestOf([meta, literals, looksAt, code, scope?.text]));
  }
  return versions;
}

/**
 * Some rules and all that must be run with them: a correlation with the rules that it refers to, and a rule with the
 * correlations that refer to it.
 */
export function withRelated(ids: ReadonlySet<string>, { rules, correlations }: LoadedDetectors): Set<string> {
  const idOf = new Map<CompiledRule | CompiledCorrelation, string>();
  for (const { id, source } of [...rules, ...correlations]) idOf.set(source, id);
  const groups = correlations.map(({ id, source }) => [
    id,
    ...[...source.members, ...source.baseRules].map((member) => idOf.get(member)!),
  ]);
  const all = new Set(ids);
  for (let size = -1; size !== all.size; ) {
    size = all.size;
    for (const group of groups) if (group.some((id) => all.has(id))) for (const id of group) all.add(id);
  }
  return all;
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
