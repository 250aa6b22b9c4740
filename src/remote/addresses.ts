import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';
import { TrajsieveError } from '../errors.ts';
import { isRemote, parseLocation, publicUrl } from './location.ts';

/** Where worker threads find what the main thread was told. */
const store = 'trajsieve.addresses';

/**
 * The name by which an input goes in plans, ledgers, logs and errors. A URL may hold a password or a signature: its name
 * is the URL without them, and the rest is kept in the memory of this process, for `fullAddress`. A run can so be taken
 * up again with a URL that was signed anew. Throws when two inputs differ in their secret part alone.
 */
export function nameOf(input: string): string {
  if (!/^https?:\/\//i.test(input)) return input;
  const location = parseLocation(input);
  if (location.scheme !== 'https') return input;
  const name = publicUrl(location.url);
  if (name === input) return name;
  const known = addresses();
  const before = known.get(name);
  if (before !== undefined && before !== input) {
    throw new TrajsieveError('address-ambiguous', 'two addresses differ in query or user alone', {
      where: { file: name },
      remedy: 'the query is left out of all that is written, so each file needs a path of its own',
    });
  }
  // inherited by every worker that is started from now on
  setEnvironmentData(store, new Map(known).set(name, input) as never);
  return name;
}

/** The address behind a name, with user and query. */
export function fullAddress(name: string): string {
  return isRemote(name) ? (addresses().get(name) ?? name) : name;
}

function addresses(): ReadonlyMap<string, string> {
  return (getEnvironmentData(store) as unknown as ReadonlyMap<string, string> | undefined) ?? new Map();
}
