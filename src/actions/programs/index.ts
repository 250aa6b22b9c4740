import type { Content } from '../content.ts';
import { containers } from './containers.ts';
import { runEscapes } from './escapes.ts';
import { filePrograms } from './files.ts';
import { filters } from './filters.ts';
import { interpreters } from './interpreters.ts';
import type { Invocation, Program } from './invocation.ts';
import { launchers } from './launchers.ts';
import { connectToUrls, networkPrograms } from './network.ts';
import { patches } from './patches.ts';
import { printing } from './printing.ts';
import { runners, runPath } from './runners.ts';
import { sed } from './sed.ts';
import { services } from './services.ts';
import { sshPrograms } from './ssh.ts';
import { transfers } from './transfers.ts';
import { wrappers } from './wrappers.ts';

/** All that is known of programs, by name; a name may stand in more than one table. */
const known: ReadonlyMap<string, readonly Program[]> = collect([
  wrappers,
  launchers,
  interpreters,
  containers,
  sshPrograms,
  transfers,
  networkPrograms,
  services,
  runners,
  filters,
  new Map([['sed', sed]]),
  printing,
  patches,
  filePrograms,
]);

function collect(tables: readonly ReadonlyMap<string, Program>[]): Map<string, Program[]> {
  const output = new Map<string, Program[]>();
  for (const table of tables) {
    for (const [name, program] of table) output.set(name, [...(output.get(name) ?? []), program]);
  }
  return output;
}

/** True for a program that a table knows. */
export function isKnownProgram(name: string): boolean {
  return known.has(name);
}

/** Programs that say what they connect to; URLs among the words of all others are taken for connections. */
const connecting = new Set<string>([
  ...wrappers.keys(),
  ...launchers.keys(),
  ...[...containers.keys()].filter((name) => name !== 'kubectl'),
  ...transfers.keys(),
  ...networkPrograms.keys(),
  ...services.keys(),
  ...sshPrograms.keys(),
  ...printing.keys(),
  ...filters.keys(),
]);

/** Says what a program that was started does; what it prints, as far as that is known. */
export function programs(invocation: Invocation, program: string): Content | undefined {
  let output: Content | undefined;
  const table = known.get(invocation.name);
  if (table !== undefined) {
    for (const each of table) output = each(invocation) ?? output;
  }
  if (program.includes('/')) runPath(invocation, program);
  if (!connecting.has(invocation.name)) connectToUrls(invocation);
  runEscapes(invocation);
  return output;
}
