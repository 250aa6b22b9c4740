import picomatch from 'picomatch';
import { TrajsieveError } from '../errors.ts';
import { nameOf } from './addresses.ts';
import { listRepo } from './hub.ts';
import { parseLocation } from './location.ts';
import { listObjects, objectExists } from './s3.ts';

/** Sets of patterns of file names. */
type Patterns = readonly (readonly string[])[];

/**
 * Expands a remote input into the names of its files: one file, all data files below a prefix or folder, or those that
 * fit a glob. Web addresses name one file each.
 * @param folderPatterns what is taken from a folder: the first of these that it has
 */
export async function expandRemote(input: string, folderPatterns: Patterns): Promise<string[]> {
  const location = parseLocation(input);
  switch (location.scheme) {
    case 'https':
      return [nameOf(input)];
    case 's3': {
      const { bucket, key } = location;
      const nameFile = (path: string) => `s3://${bucket}/${path}`;
      const isFile =
        key !== '' && !key.endsWith('/') && !isGlob(key) && (await objectExists(bucket, key, input));
      if (isFile) return [input];
      const keys: string[] = [];
      for await (const found of listObjects(bucket, folderOf(key), input)) keys.push(found);
      return choose(input, key, keys, folderPatterns).map(nameFile);
    }
    case 'hf': {
      const { repo, path, revision } = location;
      const at =
        revision === 'main'
          ? ''
          : `@${revision.startsWith('refs/') ? revision : encodeURIComponent(revision)}`;
      const folder = folderOf(path);
      // a file is found in the folder above it
      const above = isGlob(path) || path === '' ? folder : path.replace(/\/?[^/]*\/?$/, '');
      const paths = await listRepo({ repo, revision }, above.replace(/\/$/, ''), input);
      if (paths.includes(path)) return [input];
      return choose(input, path, paths, folderPatterns).map((one) => `hf://datasets/${repo}${at}/${one}`);
    }
  }
}

/** Whether what an input came to was found in a folder, and not named by itself or by a pattern. */
export function namesFolder(input: string, found: readonly string[]): boolean {
  const isFile = found.length === 1 && found[0] === nameOf(input);
  return !isFile && !isGlob(nameOf(input));
}

function isGlob(path: string): boolean {
  return picomatch.scan(path).isGlob;
}

/** The part of a path that can be listed: up to the last slash before a glob, or the folder that it names. */
function folderOf(path: string): string {
  if (isGlob(path)) {
    const { base } = picomatch.scan(path);
    return base === '' ? '' : `${base}/`;
  }
  return path === '' || path.endsWith('/') ? path : `${path}/`;
}

/** What fits the glob, or lies below the folder. Nothing at all is an error: it is never taken for a clean data set. */
function choose(input: string, path: string, found: readonly string[], folderPatterns: Patterns): string[] {
  if (isGlob(path)) {
    const fits = picomatch(path);
    const chosen = found.filter((one) => fits(one));
    if (chosen.length > 0) return chosen;
    throw new TrajsieveError('input-empty', `no file fits the pattern ${JSON.stringify(input)}`);
  }
  const folder = folderOf(path);
  const below = found.filter((one) => one.startsWith(folder));
  if (below.length === 0)
    throw new TrajsieveError('input-missing', `input ${JSON.stringify(input)} does not exist`);
  for (const patterns of folderPatterns) {
    const fits = picomatch([...patterns]);
    const chosen = below.filter((one) => fits(one.slice(folder.length)));
    if (chosen.length > 0) return chosen;
  }
  throw new TrajsieveError('input-empty', `folder ${JSON.stringify(input)} holds no data file`, {
    remedy: 'name the folder that holds the data',
  });
}
