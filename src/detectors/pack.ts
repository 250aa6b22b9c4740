import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import { messageOf, TrajsieveError } from '../errors.ts';
import { packagePath } from '../package-path.ts';
import { prepared } from '../prepared.ts';
import type { SigmaText } from '../sigma/index.ts';
import type { Detector } from './contract.ts';
import { confidences, findingClasses, severities } from './finding.ts';
import { noteModule } from './module-source.ts';

/** What a task may say for an act to count as asked for. */
export const requestedBySchema = z.array(
  z.strictObject({ verbs: z.array(z.string()).min(1), objects: z.array(z.string()).min(1) }),
);

/** What `classifier.yaml` says of the rules in its folder. */
const classifierSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]+$/),
  title: z.string(),
  class: z.enum(findingClasses),
  /** what it means that a rule of this folder fires */
  means: z.string(),
  /** what it does not mean, and what is left alone */
  ignores: z.string(),
  /** what a task may say for an act of this category to count as asked for */
  requested_by: requestedBySchema.default([]),
});
export type Classifier = z.infer<typeof classifierSchema>;

/** Detectors of one folder or module. */
export interface Pack {
  readonly name: string;
  /** undefined for rules from elsewhere, which come without one */
  readonly classifier: Classifier | undefined;
  readonly rules: readonly SigmaText[];
  readonly detectors: readonly Detector[];
}

/** The name under which the detectors that come with trajsieve are asked for. */
export const builtin = 'builtin';
/** Where they are. */
export const builtinFolder = packagePath('classifiers');

/**
 * Loads folders and modules of detectors. A folder that is missing or holds nothing is an error: no rules at all would
 * find nothing, and look clean.
 */
export async function loadPacks(paths: readonly string[]): Promise<Pack[]> {
  const packs: Pack[] = [];
  for (const path of paths.length === 0 ? [builtin] : paths) {
    const found = path === builtin ? await loadFolder(builtinFolder) : await loadPath(path);
    if (found.every((pack) => pack.rules.length === 0 && pack.detectors.length === 0)) {
      throw new TrajsieveError('detectors-empty', `${JSON.stringify(path)} holds no rules and no detectors`, {
        remedy: 'name a folder with Sigma rules (.yml) or detector modules (.js)',
      });
    }
    packs.push(...found);
  }
  return packs;
}

async function loadPath(path: string): Promise<Pack[]> {
  let isFolder: boolean;
  try {
    isFolder = statSync(path).isDirectory();
  } catch (error) {
    if (!/^[./]/.test(path) && (error as NodeJS.ErrnoException).code === 'ENOENT') {
      return [{ name: path, classifier: undefined, rules: [], detectors: await importDetectors(path, path) }];
    }
    throw new TrajsieveError(
      'detectors-missing',
      `detectors ${JSON.stringify(path)} cannot be read: ${messageOf(error)}`,
    );
  }
  if (isFolder) return await loadFolder(path);
  if (isRuleFile(path))
    return [{ name: basename(path), classifier: undefined, rules: [ruleText(path)], detectors: [] }];
  const detectors = await importDetectors(pathToFileURL(resolve(path)).href, path);
  return [{ name: basename(path), classifier: undefined, rules: [], detectors }];
}

/** One pack for each folder that holds rules or modules, at any depth; a folder `lib` holds what modules share. */
async function loadFolder(root: string): Promise<Pack[]> {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const byFolder = new Map<string, string[]>();
  for (const entry of entries) {
    const file = join(entry.parentPath, entry.name);
    if (
      relative(root, file)
        .split('/')
        .some((part) => part === 'node_modules' || part === 'lib' || part.startsWith('.'))
    )
      continue;
    byFolder.set(dirname(file), [...(byFolder.get(dirname(file)) ?? []), file]);
  }
  const packs: Pack[] = [];
  for (const [folder, files] of [...byFolder].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const rules = files.filter(isRuleFile).sort().map(ruleText);
    const detectors: Detector[] = [];
    for (const file of files.filter(isModule).sort()) detectors.push(...(await importModule(file)));
    const classifierFile = files.find((file) => basename(file) === 'classifier.yaml');
    const classifier = classifierFile === undefined ? undefined : readClassifier(classifierFile);
    if (rules.length > 0 || detectors.length > 0) {
      packs.push({ name: relative(root, folder) || basename(resolve(root)), classifier, rules, detectors });
    }
  }
  return packs;
}

const isRuleFile = (file: string) => /\.ya?ml$/.test(file) && basename(file) !== 'classifier.yaml';
const isModule = (file: string) => /\.(js|mjs|ts|mts)$/.test(file) && !/\.d\.m?ts$/.test(file);
const ruleText = (file: string): SigmaText => ({ file, text: readFileSync(file, 'utf8') });

function readClassifier(file: string): Classifier {
  const text = readFileSync(file, 'utf8');
  const result = classifierSchema.safeParse(prepared('yaml.json', text) ?? parse(text));
  if (result.success) return result.data;
  throw new TrajsieveError('classifier-invalid', z.prettifyError(result.error), { where: { file } });
}

/** Our own modules are compiled into `dist/`; those of others must be JavaScript, or TypeScript that Node can strip. */
async function importModule(file: string): Promise<Detector[]> {
  const own = relative(packagePath('classifiers'), resolve(file));
  const isOwn = !own.startsWith('..') && file.endsWith('.ts');
  const path = isOwn ? packagePath('dist/classifiers', own.replace(/\.ts$/, '.js')) : resolve(file);
  return await importDetectors(pathToFileURL(path).href, file);
}

const metaSchema = z.object({
  id: z.string().min(1),
  title: z.string().min(1),
  category: z.string().min(1),
  class: z.enum(findingClasses),
  severity: z.enum(severities),
  confidence: z.enum(confidences).optional(),
});

async function importDetectors(specifier: string, file: string): Promise<Detector[]> {
  let loaded: { default?: unknown };
  try {
    loaded = await import(specifier);
  } catch (error) {
    const isTypeScript =
      /\.m?ts$/.test(file) && (error as NodeJS.ErrnoException).code === 'ERR_UNKNOWN_FILE_EXTENSION';
    throw new TrajsieveError('detector-import', `detector cannot be loaded: ${messageOf(error)}`, {
      where: { file },
      remedy: isTypeScript
        ? 'compile it, or use Node 22.18 or later, which runs TypeScript'
        : 'mend the module',
      cause: error,
    });
  }
  const detectors = Array.isArray(loaded.default) ? loaded.default : [loaded.default];
  for (const detector of detectors as (Partial<Detector> | undefined)[]) {
    const meta = metaSchema.safeParse(detector?.meta);
    if (meta.success && typeof detector?.detect === 'function') {
      noteModule(detector as Detector, specifier);
      continue;
    }
    const reason = meta.success ? 'detect is no function' : `meta: ${z.prettifyError(meta.error)}`;
    throw new TrajsieveError('detector-invalid', `default export is no detector: ${reason}`, {
      where: { file },
      remedy: 'export default { meta, literals, detect }; src/detectors/contract.ts shows an example',
    });
  }
  return detectors as Detector[];
}
