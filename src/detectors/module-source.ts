import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Detector } from './contract.ts';

/** By detector: the module that it was imported from. */
const modules = new WeakMap<Detector, string>();

/** @param specifier URL of a file, or name of a package */
export function noteModule(detector: Detector, specifier: string): void {
  modules.set(detector, specifier);
}

/**
 * A hash of the module that a detector is from, and of all files that it imports by relative paths. Of packages the name
 * counts: a detector whose package changes what it finds says so in `meta.version`.
 */
export function moduleDigest(detector: Detector): string {
  const specifier = modules.get(detector);
  const digest = createHash('sha256');
  if (specifier === undefined || !specifier.startsWith('file:'))
    return digest.update(specifier ?? '').digest('hex');
  const seen = new Set<string>([specifier]);
  // what is added while it is gone through is gone through as well
  for (const url of seen) {
    const { text, imports } = readModule(url);
    digest.update(text);
    for (const path of imports) {
      const imported = resolveImport(path, url);
      if (imported === undefined) digest.update(path);
      else seen.add(imported);
    }
  }
  return digest.digest('hex');
}

interface ModuleText {
  readonly text: string;
  readonly imports: readonly string[];
}

const texts = new Map<string, ModuleText>();

function readModule(url: string): ModuleText {
  let module = texts.get(url);
  if (module === undefined) {
    const text = readFileSync(fileURLToPath(url), 'utf8');
    const imports = [...text.matchAll(/(?:\bfrom|\bimport|\brequire)\s*\(?\s*['"](\.{1,2}\/[^'"]+)['"]/g)];
    module = { text, imports: imports.map(([, path]) => path!) };
    texts.set(url, module);
  }
  return module;
}

/** The file that a relative import means; CommonJS leaves out its ending. */
function resolveImport(path: string, from: string): string | undefined {
  const { href } = new URL(path, from);
  return [href, `${href}.js`, `${href}.cjs`, `${href}/index.js`].find(
    (url) => existsSync(fileURLToPath(url)) && /\.[cm]?[jt]s$/.test(url),
  );
}
