import type { Content } from './content.ts';
import { filesOf } from './content.ts';
import type { ParsedCall } from './parse.ts';
import { CURRENT_FILE } from './parse.ts';
import { baseName } from './paths.ts';
import { isKnownProgram } from './programs/index.ts';

/** Words by which other calls speak of a file that is run without being named. */
const IMPLIED: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^(?:gnu)?makefile$/i, ['make']],
  [/^package\.json$/, ['npm', 'yarn', 'pnpm', 'bun']],
  [/dockerfile/i, ['docker', 'podman', 'buildah']],
  [/^conftest\.py$/, ['pytest', 'py.test']],
  [/^(?:pre-commit|post-commit|commit-msg|post-checkout|post-merge|pre-push)$/, ['git']],
];

/**
 * Words that other calls hold when they write, run or read a file that this call writes, runs or reads for what it
 * runs: base names without their extension, and the names of shell functions.
 */
export function mentionsOf(parsed: ParsedCall): Set<string> {
  const output = new Set<string>();
  for (const { name } of parsed.definitions) add(output, name);
  for (const draft of parsed.drafts) {
    const { body } = draft;
    // an edit of the file that is open: whatever opened it
    if (body.kind === 'file' && body.path === CURRENT_FILE)
      for (const word of ['open ', 'create ', 'path']) output.add(word);
    if (body.kind === 'file' && /^(?:create|append|rename)$/.test(body.operation)) {
      addPath(output, body.path);
      if (body.target !== undefined) addPath(output, body.target);
      addContent(output, draft.written);
      if (body.content !== undefined) for (const name of functionsIn(body.content)) add(output, name);
    }
    for (const run of draft.runs ?? []) {
      for (const path of filesOf(run.content)) addName(output, path);
      if (run.path !== undefined) addName(output, run.path);
    }
    if (body.kind === 'process' && body.image.startsWith('/usr/bin/') && draft.runs === undefined)
      addProgram(output, body.image.slice(9));
  }
  if (parsed.opens !== undefined) {
    addPath(output, parsed.opens);
    output.add('end_of_edit');
    output.add('edit ');
  }
  return output;
}

function addContent(output: Set<string>, content: Content | undefined): void {
  for (const path of filesOf(content)) addPath(output, path);
}

function addName(output: Set<string>, path: string): void {
  const base = baseName(path);
  add(output, base.replace(/(?<=..)\.[A-Za-z0-9]{1,5}$/, ''));
  if (/^\w\.py$/.test(base)) output.add(`-m ${base[0]}`);
}

/** Names of the shell functions that a text defines, for whoever sources it. */
export function functionsIn(text: string): string[] {
  const definition = /^[ \t]*(?:function[ \t]+)?([A-Za-z_][\w-]*)[ \t]*\(\)/gm;
  return [...text.matchAll(definition)].map(([, name]) => name!);
}

/** Whether a file is run without being named: what of it, and how, only the call that does so tells. */
export function isRunUnnamed(path: string): boolean {
  return IMPLIED.some(([pattern]) => pattern.test(baseName(path)));
}

function addPath(output: Set<string>, path: string): void {
  addName(output, path);
  const base = baseName(path);
  for (const [pattern, words] of IMPLIED) if (pattern.test(base)) for (const word of words) add(output, word);
}

/** A program that no table knows may be a function or a script of an earlier call. */
function addProgram(output: Set<string>, name: string): void {
  if (name.length > 2 && !isKnownProgram(name) && !COMMON.has(name)) add(output, name);
}

const COMMON = new Set(
  `ls mkdir pwd who cal stat tree zcat read set bind shopt compgen pgrep md5sum xdg-open whoami id hostname uname date sleep kill pkill killall ps top free df du env printenv seq sync wait jobs true false test
  exit return break continue shift history ulimit umask hash times let getopts enable logout apt apt-get apt-cache dpkg yum dnf apk brew
  systemctl journalctl service chkconfig useradd usermod userdel groupadd passwd chpasswd ifconfig iptables route netstat lsof
  mount umount modprobe insmod sysctl dmesg uptime clear reset stty tput man info whereis locate ldconfig gcc g++ clang cmake go cargo rustc
  javac java mvn gradle dotnet black flake8 mypy ruff isort pylint tox poetry conda jupyter nvidia-smi gh unset-hook submit`.split(
    /\s+/,
  ),
);

function add(output: Set<string>, name: string): void {
  // a single letter stands in every text: only where a word of that letter begins
  if (/^\w$/.test(name)) for (const before of [' ', '/', ':', '[']) output.add(before + name);
  // what a pattern leaves of a name stands in every text, too
  if (name.length > 1 && /\w/.test(name) && !name.includes('\n')) output.add(name);
}
