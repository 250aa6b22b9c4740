import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TrajsieveError } from '../errors.ts';
import { unpackTables } from '../prefilter/pack-tables.ts';
import type { PrefilterTables } from '../prefilter/prefilter.ts';
import { forgetPrepared, prepared, preparedBytes } from '../prepared.ts';
import {
  type CompiledCorrelation,
  loadSigma,
  type MapNode,
  type NotApplicable,
  type SigmaText,
} from '../sigma/index.ts';
import { version } from '../version.ts';
import type { Detector } from './contract.ts';
import { type Engine, makeEngine } from './engine.ts';
import { builtinFolder, loadPacks, type Pack } from './pack.ts';
import { describeCorrelation, describeRule, type RuleInfo } from './rule-info.ts';
import { loadScope, type Scope } from './scope.ts';
import { taxonomy } from './taxonomy.ts';

/** Attributes of our own in rules, beside those of Sigma. */
export const ownAttributes = ['examples', 'category', 'class', 'attack_version', 'requested_by'] as const;

/** Everything that was loaded, for commands that look at rules. */
export interface LoadedDetectors {
  readonly packs: readonly Pack[];
  readonly rules: readonly RuleInfo[];
  readonly correlations: readonly RuleInfo<CompiledCorrelation>[];
  readonly detectors: readonly Detector[];
  readonly notApplicable: readonly NotApplicable[];
  readonly warnings: readonly TrajsieveError[];
  readonly engine: Engine;
  /** tells apart rules whose prefilters differ */
  readonly tablesKey: string;
  /** what the agents were free to act on, where that is given */
  readonly scope: { readonly text: string; readonly value: Scope } | undefined;
}

/**
 * The rules whose patterns are compiled when they are first matched, which takes half a second less: trajsieve's own,
 * since its tests compile them; or all, in a thread that loads what another has loaded before.
 */
export type Trust = 'none' | 'own' | 'all';

/** What a thread that has loaded the rules can give to others, so that they need not work it out again. */
export interface SharedTables {
  /** of the rules that the tables were made from */
  readonly fingerprint: string;
  readonly tables: PrefilterTables;
}

/** Loads detectors and makes the engine. Throws where anything in them is wrong, or where there are none. */
export async function loadEngine(
  paths: readonly string[],
  scope?: string,
  trust: Trust = 'none',
  shared?: SharedTables | Promise<SharedTables>,
): Promise<Engine> {
  return (await loadDetectors(paths, scope, trust, shared)).engine;
}

/**
 * @param scopeFile YAML file of what the agents were free to act on
 * @param shared made by a thread that loaded the same; throws where it was not the same
 */
export async function loadDetectors(
  paths: readonly string[],
  scopeFile?: string,
  trust: Trust = 'none',
  shared?: SharedTables | Promise<SharedTables>,
): Promise<LoadedDetectors> {
  const packs = await loadPacks(paths);
  const packOf = new Map(packs.flatMap((pack) => pack.rules.map(({ file }) => [file, pack])));
  const texts = packs.flatMap((pack) => pack.rules);
  const isTrusted = (file: string) =>
    trust === 'all' || (trust === 'own' && file.startsWith(join(builtinFolder, '/')));
  const loaded = loadSigma(
    texts.map((text) => (isTrusted(text.file) ? trusted(text) : text)),
    { taxonomy, customAttributes: [...ownAttributes] },
  );
  forgetPrepared();
  const rules = loaded.rules.map((rule) => describeRule(rule, packOf.get(rule.file)));
  const correlations = loaded.correlations.map((one) => describeCorrelation(one, packOf.get(one.file)));
  const detectors = packs.flatMap((pack) => pack.detectors);
  checkUnique(
    [...rules, ...correlations].map((info) => info.id).concat(detectors.map(({ meta }) => meta.id)),
  );
  if (rules.length === 0 && detectors.length === 0) {
    throw new TrajsieveError(
      'detectors-none-apply',
      `none of ${texts.length} rules applies to what agents do`,
      {
        remedy: 'rules must be for the log sources that src/detectors/taxonomy.ts lists',
      },
    );
  }
  const digest = createHash('sha256').update(version);
  for (const { text } of texts) digest.update(text);
  for (const { meta, detect, literals } of detectors) {
    digest.update(JSON.stringify([meta, literals])).update(detect.toString());
  }
  const tablesKey = digest.copy().digest('hex');
  const scope =
    scopeFile === undefined
      ? undefined
      : { text: readFileSync(scopeFile, 'utf8'), value: loadScope(scopeFile) };
  if (scope !== undefined) digest.update(scope.text);
  const fingerprint = digest.digest('hex');
  const given = await shared;
  if (given !== undefined && given.fingerprint !== fingerprint) throw detectorsChanged();
  const ready = () => given?.tables ?? preparedTables(tablesKey);
  const engine = makeEngine(rules, correlations, detectors, fingerprint, scope?.value, ready);
  const { notApplicable, warnings } = loaded;
  return { packs, rules, correlations, detectors, notApplicable, warnings, engine, tablesKey, scope };
}

/** A rule of trajsieve's own, or one that was checked before, as it was parsed when trajsieve was built. */
function trusted(text: SigmaText): SigmaText {
  const parsed = prepared('rules.json', text.text) as readonly MapNode[] | undefined;
  return { ...text, trusted: true, ...(parsed === undefined ? {} : { parsed }) };
}

function preparedTables(key: string): PrefilterTables | undefined {
  const packed = preparedBytes('tables.bin');
  return packed && unpackTables(key, packed);
}

/** Rule files were edited between two reads of them. */
export function detectorsChanged(): TrajsieveError {
  return new TrajsieveError('detectors-changed', 'rules were changed while the work went on', {
    remedy: 'begin again in a new folder',
  });
}

function checkUnique(ids: readonly string[]): void {
  const seen = new Set<string>();
  for (const id of ids) {
    if (seen.has(id)) {
      throw new TrajsieveError(
        'detector-duplicate',
        `two rules or detectors are called ${JSON.stringify(id)}`,
        {
          remedy: 'give one of them another id',
        },
      );
    }
    seen.add(id);
  }
}
