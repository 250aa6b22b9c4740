import { TrajsieveError } from '../errors.ts';

/** Where a remote input lies. */
export type Location =
  | { readonly scheme: 's3'; readonly bucket: string; readonly key: string }
  | { readonly scheme: 'https'; readonly url: URL }
  | { readonly scheme: 'hf'; readonly repo: string; readonly revision: string; readonly path: string };

/** Whether a name is an address rather than a path. */
export function isRemote(name: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(name);
}

/**
 * Takes an address apart: `s3://bucket/key`, `https://…`, `hf://datasets/owner/name[@revision]/path`. Plain `http://` is
 * for this machine alone.
 */
export function parseLocation(name: string): Location {
  const scheme = name.slice(0, name.indexOf('://')).toLowerCase();
  if (scheme === 's3') return parseS3(name);
  if (scheme === 'hf') return parseHub(name);
  if (scheme === 'https' || scheme === 'http') return parseWeb(name);
  throw new TrajsieveError('address-scheme', `address begins with ${JSON.stringify(`${scheme}://`)}`, {
    remedy: 'what can be read is s3://, https:// and hf://datasets/, and local paths',
  });
}

function parseS3(name: string): Location {
  const [, bucket, key] = /^s3:\/\/([^/]*)\/?(.*)$/is.exec(name)!;
  if (!/^[a-z0-9][a-z0-9._-]{1,254}$/i.test(bucket!)) {
    throw new TrajsieveError('address-s3', 'address names no bucket', {
      remedy: 'write s3://bucket/key; credentials do not belong into it',
    });
  }
  return { scheme: 's3', bucket: bucket!, key: key! };
}

/** Revisions with slashes in them that the hub itself makes, as its own clients read them. */
const hubReference = /^refs\/(?:convert|pr)\/[^/]+/;

function parseHub(name: string): Location {
  const match = /^hf:\/\/datasets\/([^/@]+\/[^/@]+)(?:@(.+))?$/is.exec(name);
  const split = match ?? /^hf:\/\/datasets\/([^/@]+\/[^/@]+)\/(.*)$/is.exec(name);
  if (split === null) {
    throw new TrajsieveError('address-hf', 'address is no data set of the hub', {
      remedy: 'write hf://datasets/OWNER/NAME/PATH or hf://datasets/OWNER/NAME@REVISION/PATH',
    });
  }
  const repo = split[1]!;
  if (match === null) return { scheme: 'hf', repo, revision: 'main', path: split[2]! };
  const rest = match[2] ?? 'main';
  const written = hubReference.exec(rest)?.[0] ?? rest.split('/', 1)[0]!;
  const path = rest.slice(written.length).replace(/^\//, '');
  return { scheme: 'hf', repo, revision: decodeURIComponent(written), path };
}

function parseWeb(name: string): Location {
  let url: URL;
  try {
    url = new URL(name);
  } catch {
    throw new TrajsieveError('address-web', 'address is no URL');
  }
  if (url.protocol === 'http:' && !/^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname)) {
    throw new TrajsieveError('address-web', 'address is not encrypted: http:// is for this machine alone', {
      where: { file: publicUrl(url) },
      remedy: 'use https://',
    });
  }
  return { scheme: 'https', url };
}

/** A URL without what may be secret: user, password, query, fragment. */
export function publicUrl(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`;
}
