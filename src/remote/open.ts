import { type ByteSource, openFile } from '../parquet/source.ts';
import { fullAddress } from './addresses.ts';
import { webRanges } from './http.ts';
import { hubRanges } from './hub.ts';
import { isRemote, parseLocation } from './location.ts';
import { openRanges, type RangeReader } from './ranges.ts';
import { s3Ranges } from './s3.ts';
import { spooled } from './spool.ts';

/**
 * Opens an input, local or remote, by its name.
 * @param folder where a remote input keeps what it has fetched; the system's temporary folder otherwise
 */
export async function openInput(name: string, folder?: string): Promise<ByteSource> {
  return randomAccess(await openStream(name), folder);
}

/** Opens an input that is read in order: of a remote one nothing is kept. */
export async function openStream(name: string): Promise<ByteSource> {
  return isRemote(name) ? await openRemote(name) : openFile(name);
}

/** A source that may be read in any order, and twice. It takes the place of the other, and is closed instead of it. */
export function randomAccess(source: ByteSource | RangeReader, folder?: string): ByteSource {
  return 'head' in source ? spooled(source, folder) : source;
}

/** Opens a remote input for reading by ranges, of which nothing is kept. */
export async function openRemote(name: string): Promise<RangeReader> {
  const location = parseLocation(fullAddress(name));
  switch (location.scheme) {
    case 's3':
      return await openRanges(name, s3Ranges(location.bucket, location.key, name));
    case 'https':
      return await openRanges(name, webRanges({ url: location.url, name }));
    case 'hf':
      return await openRanges(name, hubRanges(location, location.path, name));
  }
}
