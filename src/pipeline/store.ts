import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import pLimit from 'p-limit';
import { TrajsieveError } from '../errors.ts';
import { isRemote, parseLocation } from '../remote/location.ts';
import { openRemote } from '../remote/open.ts';
import { listObjects } from '../remote/s3.ts';
import { abandonUploads, putObject, uploadFile } from '../remote/upload.ts';
import { readBlocks } from './byte-stream.ts';

/**
 * Where the results of a run are kept: a local folder, or a prefix of S3. A run always works in a local folder; where that
 * is not the place itself, what is committed is brought there, a unit's files first and its ledger entry last, so that a
 * run which is killed at any instant goes on from the entries that are there.
 */
export interface Store {
  /** local folder in which the run works */
  readonly folder: string;
  /** Tells the place that the run has begun: its plan, then its configuration. */
  begin(): Promise<void>;
  /** Brings a unit's files to the place, in no order, and then its ledger entry. Paths are relative to the folder. */
  keep(paths: readonly string[], entry: string): Promise<void>;
  /** Fetches what other jobs have committed since. */
  refresh(): Promise<void>;
  /** Fetches files that are not in the folder. */
  fetch(paths: readonly string[]): Promise<void>;
  /** Fetches what is needed of all that there is. */
  fetchAll(needs: Needs): Promise<void>;
  /** Brings the files that lie in the folder itself, and what came of alerts; `report.json` last. */
  finish(): Promise<void>;
  /** Forgets what processes that were killed had begun to bring, by the names of their files. */
  clean(names: ReadonlySet<string>): Promise<void>;
  close(): void;
}

/** Opens the place that `--out` names. */
export async function openStore(out: string): Promise<Store> {
  if (!isRemote(out)) return localStore(out);
  const { bucket, prefix } = remotePlace(out);
  return await S3Store.open(bucket, prefix);
}

/** Where in S3 results go; the prefix ends with a slash, where it is not empty. Throws for what cannot be written to. */
export function remotePlace(out: string): { readonly bucket: string; readonly prefix: string } {
  const location = parseLocation(out);
  if (location.scheme !== 's3') {
    throw new TrajsieveError('output-scheme', `results cannot be written to ${JSON.stringify(out)}`, {
      remedy: 'name a local folder, or s3://bucket/prefix',
    });
  }
  const { bucket, key } = location;
  return { bucket, prefix: key === '' || key.endsWith('/') ? key : `${key}/` };
}

/** Which files of a finished run somebody needs. */
export type Needs = (paths: readonly string[]) => readonly string[];

export const wholeRun: Needs = (paths) => paths;

/** What was found and decided, without the rows: of each of their tables there is the first file, for its columns. */
export const withoutRows: Needs = (paths) => {
  const tables = new Set<string>();
  return [...paths].sort().filter((path) => {
    const table = path.split('/')[0]!;
    const isFirst = !tables.has(table);
    tables.add(table);
    return isFirst || !['data', 'quarantine', 'negative'].includes(table);
  });
};

/**
 * Gives `work` a finished run in a local folder. Of one that lies in S3 what is needed is fetched into a temporary folder.
 * @param brings whether the files that `work` writes into the folder itself, such as reports, are brought back
 */
export async function withLocalRun<T>(
  out: string,
  work: (folder: string) => Promise<T>,
  { needs = wholeRun, brings = false }: { readonly needs?: Needs; readonly brings?: boolean } = {},
): Promise<T> {
  const store = await openStore(out);
  try {
    await store.fetchAll(needs);
    const result = await work(store.folder);
    if (brings) await store.finish();
    return result;
  } finally {
    store.close();
  }
}

/** A file of a folder, local or remote, as people are told of it. */
export function nameIn(folder: string, name: string): string {
  return isRemote(folder) ? `${folder.replace(/\/$/, '')}/${name}` : join(folder, name);
}

/** Throws where a command needs a local folder, because people and other tools work in it too. */
export function requireLocal(folder: string, why: string): void {
  if (!isRemote(folder)) return;
  throw new TrajsieveError('folder-remote', `${why}, and ${JSON.stringify(folder)} is none`, {
    remedy: `copy it down (aws s3 sync ${folder} DIR), name DIR, and copy it up again`,
  });
}

function localStore(folder: string): Store {
  return {
    folder,
    begin: async () => {},
    keep: async () => {},
    refresh: async () => {},
    fetch: async () => {},
    fetchAll: async () => {},
    finish: async () => {},
    clean: async () => {},
    close: () => {},
  };
}

/** Small files that say how far a run is; all of them are fetched. */
const accounts = /^(?:config\.json|plan\.json|ledger\/\d+\.json)$/;

/** Files that are on their way at once. */
const concurrency = 4;

class S3Store implements Store {
  readonly folder: string;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #here = new Set<string>();

  private constructor(bucket: string, prefix: string) {
    this.#bucket = bucket;
    this.#prefix = prefix;
    this.folder = mkdtempSync(join(tmpdir(), 'trajsieve-out-'));
    mkdirSync(join(this.folder, 'ledger'));
  }

  static async open(bucket: string, prefix: string): Promise<S3Store> {
    const store = new S3Store(bucket, prefix);
    try {
      const found = await store.#fetchAccounts();
      const foreign = found.find((path) => !accounts.test(path));
      if (!store.#here.has('config.json') && foreign !== undefined) {
        throw new TrajsieveError(
          'output-not-empty',
          `${store.#address('')} holds something that is no run: ${JSON.stringify(foreign)}`,
          { remedy: 'name a new prefix' },
        );
      }
      return store;
    } catch (error) {
      store.close();
      throw error;
    }
  }

  async begin(): Promise<void> {
    for (const path of ['plan.json', 'config.json']) {
      if (this.#here.has(path)) continue;
      const body = readFileSync(join(this.folder, path));
      const isOurs = await putObject(this.#bucket, this.#prefix + path, body, true);
      if (isOurs || body.equals(await this.#read(path))) this.#here.add(path);
      else {
        throw new TrajsieveError('run-changed', `another run has begun in ${this.#address('')} just now`, {
          remedy: 'name a new prefix',
        });
      }
    }
  }

  async keep(paths: readonly string[], entry: string): Promise<void> {
    await this.#upload(paths);
    await this.#upload([entry]);
    this.#here.add(entry);
    // the report is made from findings: they stay
    for (const path of paths) if (!path.startsWith('findings/')) rmSync(join(this.folder, path));
  }

  async refresh(): Promise<void> {
    await this.#fetchAccounts();
  }

  async fetch(paths: readonly string[]): Promise<void> {
    const limit = pLimit(concurrency);
    const missing = paths.filter((path) => !existsSync(join(this.folder, path)));
    await Promise.all(missing.map((path) => limit(() => this.#download(path))));
  }

  async fetchAll(needs: Needs): Promise<void> {
    await this.fetch(needs(await this.#list()));
  }

  async finish(): Promise<void> {
    const names = readdirSync(this.folder, { withFileTypes: true }).flatMap((one) =>
      one.isFile() ? [one.name] : [],
    );
    const last = 'report.json';
    await this.#upload([...names.filter((name) => name !== last && !accounts.test(name)), ...this.#tables()]);
    await this.#upload([last]);
  }

  /** What a run with alerts leaves in its folder for people; what its workers read stays here. */
  #tables(): string[] {
    const folder = join(this.folder, 'correlation');
    if (!existsSync(folder)) return [];
    return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((one) => {
      const path = relative(this.folder, join(one.parentPath, one.name));
      return one.isFile() && !path.startsWith(join('correlation', 'telemetry-')) ? [path] : [];
    });
  }

  async clean(names: ReadonlySet<string>): Promise<void> {
    await abandonUploads(this.#bucket, this.#prefix, (key) => names.has(key.slice(key.lastIndexOf('/') + 1)));
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Fetches accounts that are not here yet; returns all paths that there are. */
  async #fetchAccounts(): Promise<string[]> {
    const paths = await this.#list();
    const missing = paths.filter((path) => accounts.test(path) && !this.#here.has(path));
    await this.fetch(missing);
    for (const path of missing) this.#here.add(path);
    return paths;
  }

  async #list(): Promise<string[]> {
    const paths: string[] = [];
    for await (const key of listObjects(this.#bucket, this.#prefix, this.#address('')))
      paths.push(key.slice(this.#prefix.length));
    const astray = paths.find((path) => path.split('/').includes('..'));
    if (astray !== undefined) {
      throw new TrajsieveError('output-not-empty', `key leads out of the folder: ${JSON.stringify(astray)}`, {
        where: { file: this.#address('') },
        remedy: 'name a new prefix',
      });
    }
    return paths.filter((path) => path !== '' && !path.endsWith('/'));
  }

  async #upload(paths: readonly string[]): Promise<void> {
    const limit = pLimit(concurrency);
    const one = (path: string) => uploadFile(join(this.folder, path), this.#bucket, this.#prefix + path);
    await Promise.all(paths.map((path) => limit(() => one(path))));
  }

  async #download(path: string): Promise<void> {
    const target = join(this.folder, path);
    mkdirSync(dirname(target), { recursive: true });
    const source = await openRemote(this.#address(path));
    const file = openSync(target, 'w');
    try {
      for await (const block of readBlocks(source))
        for (let done = 0; done < block.length; ) done += writeSync(file, block, done);
    } finally {
      closeSync(file);
      source.close();
    }
  }

  async #read(path: string): Promise<Uint8Array> {
    const reader = await openRemote(this.#address(path));
    try {
      return await reader.read(0, reader.size);
    } finally {
      reader.close();
    }
  }

  #address(path: string): string {
    return `s3://${this.#bucket}/${this.#prefix}${path}`;
  }
}
