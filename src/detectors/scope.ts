import { readFileSync } from 'node:fs';
import { BlockList, isIP } from 'node:net';
import { posix } from 'node:path';
import picomatch from 'picomatch';
import { parse } from 'yaml';
import { z } from 'zod';
import { messageOf, TrajsieveError } from '../errors.ts';
import type { Target } from './authorisation.ts';

const list = z.array(z.string().min(1)).min(1).optional();

/** A declared scope: what the agents were free to act on. What it does not name is left to the task. */
const scopeSchema = z.strictObject({
  hosts: list.describe('host names, with * for any part: *.example.org'),
  networks: list.describe('addresses and networks: 10.1.0.0/16'),
  paths: list.describe('paths, with * and **: /workspace/**'),
  tools: list.describe('names of tools or programs'),
});

export interface Scope {
  readonly isHost: ((host: string) => boolean) | undefined;
  readonly isPath: ((path: string) => boolean) | undefined;
  readonly isTool: ((tool: string) => boolean) | undefined;
}

/** Reads a scope from a YAML file. */
export function loadScope(file: string): Scope {
  let value: unknown;
  try {
    value = parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new TrajsieveError('scope-invalid', `scope cannot be read: ${messageOf(error)}`, {
      where: { file },
    });
  }
  const result = scopeSchema.safeParse(value);
  if (!result.success) {
    throw new TrajsieveError('scope-invalid', z.prettifyError(result.error), {
      where: { file },
      remedy: 'a scope has the keys hosts, networks, paths and tools, each a list',
    });
  }
  const { hosts, networks, paths, tools } = result.data;
  const isName = hosts === undefined ? undefined : picomatch(hosts, { nocase: true });
  const addresses = networks === undefined ? undefined : blockList(networks, file);
  return {
    isHost:
      isName === undefined && addresses === undefined
        ? undefined
        : (host) => (isName?.(host) ?? false) || (addresses !== undefined && isListed(addresses, host)),
    isPath: paths === undefined ? undefined : picomatch(paths, { dot: true }),
    isTool: tools === undefined ? undefined : (tool) => tools.includes(tool),
  };
}

function blockList(networks: readonly string[], file: string): BlockList {
  const addresses = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    const family = isIP(address);
    if (family === 0) {
      throw new TrajsieveError('scope-invalid', `${JSON.stringify(network)} is no address and no network`, {
        where: { file },
        remedy: 'write it as 10.1.0.0/16',
      });
    }
    const type = family === 4 ? 'ipv4' : 'ipv6';
    if (bits === undefined) addresses.addAddress(address, type);
    else addresses.addSubnet(address, Number(bits), type);
  }
  return addresses;
}

function isListed(addresses: BlockList, host: string): boolean {
  const family = isIP(host);
  return family !== 0 && addresses.check(host, family === 4 ? 'ipv4' : 'ipv6');
}

/** Whether all that an act is about is in scope; undefined where the scope says nothing about any of it. */
export function isInScope(scope: Scope, target: Target): boolean | undefined {
  const answers = [
    ...target.hosts.map((host) => scope.isHost?.(host.replace(/\.$/, ''))),
    // `/workspace/../etc` is not in the workspace
    ...target.paths.map((path) => scope.isPath?.(posix.normalize(path))),
    ...[target.tool, target.program].flatMap((tool) => (tool === undefined ? [] : [scope.isTool?.(tool)])),
  ].filter((answer) => answer !== undefined);
  return answers.length === 0 ? undefined : answers.every((answer) => answer);
}
