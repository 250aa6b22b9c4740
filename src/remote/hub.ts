import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type * as Hub from '@huggingface/hub';
import { TrajsieveError } from '../errors.ts';
import { webRanges } from './http.ts';
import { loadOptional } from './packages.ts';
import { proxiedFetch } from './proxied-fetch.ts';
import { givenUp, type RequestRange } from './ranges.ts';
import { isTransientStatus, retryAfterOf, TransientError, withRetries } from './retry.ts';

/** A data set repository of the Hugging Face hub at a revision. */
export interface HubRepo {
  readonly repo: string;
  readonly revision: string;
}

const refused = 'set HF_TOKEN, or log in with `hf auth login`, and see that the data set is open to you';

/** Ranges of a file in a data set repository. The token goes to the hub alone, not to where it redirects. */
export function hubRanges({ repo, revision }: HubRepo, path: string, name: string): RequestRange {
  const file = path.split('/').map(encodeURIComponent).join('/');
  const url = new URL(`${endpoint()}/datasets/${repo}/resolve/${encodeURIComponent(revision)}/${file}`);
  const token = accessToken();
  return webRanges({
    url,
    name,
    refused,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });
}

/** Paths of the files below a folder of a repository. */
export async function listRepo({ repo, revision }: HubRepo, folder: string, name: string): Promise<string[]> {
  const hub = await loadOptional<typeof Hub>('@huggingface/hub', 'hf://');
  const token = accessToken();
  const paths: string[] = [];
  const list = hub.listFiles({
    repo: { type: 'dataset', name: repo },
    revision: encodeURIComponent(revision),
    recursive: true,
    path: folder.split('/').map(encodeURIComponent).join('/'),
    hubUrl: endpoint(),
    fetch: patientFetch(name),
    ...(token === undefined ? {} : { accessToken: token }),
  });
  for await (const { type, path } of list) if (type === 'file') paths.push(path);
  return paths;
}

function patientFetch(name: string): typeof fetch {
  return async (input, init) => {
    try {
      return await withRetries(async () => {
        const response = await proxiedFetch(input instanceof Request ? input.url : input, {
          ...init,
          signal: AbortSignal.timeout(60_000),
        });
        const { status, headers } = response;
        if (isTransientStatus(status)) {
          await response.body?.cancel();
          throw new TransientError(`server answered ${status}`, {
            retryAfter: retryAfterOf(headers.get('retry-after')),
          });
        }
        if (!response.ok) {
          const remedy =
            status === 404 ? `see that data set, revision and path are right; ${refused}` : refused;
          throw new TrajsieveError('remote-refused', `hub answered ${status}`, {
            where: { file: name },
            remedy,
          });
        }
        return response;
      });
    } catch (error) {
      throw givenUp(error, name);
    }
  };
}

function endpoint(): string {
  return (process.env['HF_ENDPOINT'] || 'https://huggingface.co').replace(/\/+$/, '');
}

/** The token as the hub's own clients find it: HF_TOKEN, or the file that `hf auth login` writes. */
function accessToken(): string | undefined {
  const { env } = process;
  const given = env['HF_TOKEN']?.trim();
  if (given) return given;
  const cache = env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  const home = env['HF_HOME'] || join(cache, 'huggingface');
  try {
    return readFileSync(env['HF_TOKEN_PATH'] || join(home, 'token'), 'utf8').trim() || undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
