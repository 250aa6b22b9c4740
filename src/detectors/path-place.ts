/**
 * Where a name stands in a path, as far as the text of a call tells before it is parsed. Texts are folded and without
 * quotes and backslashes.
 */

/** What a path is made of, variables and patterns among it. */
const pathPart = /[\w./~$*?{}[\]-]/;

/** Characters that are gone back through: what is longer may be anything. */
const longestPath = 400;

/**
 * Whether a name may be that of a folder at the root of the file system: `/etc/x`, or `etc/x` where something else makes
 * the root the current folder. Not so in `/repo/etc/x`.
 */
export function mayBeRooted(text: string, name: string): boolean {
  let rootIsNamed: boolean | undefined;
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    let start = at;
    while (start > 0 && at - start < longestPath && pathPart.test(text[start - 1]!)) start -= 1;
    const before = text.slice(start, at);
    if (before.length === longestPath || /\.\.|[$*?{}[\]]/.test(before)) return true;
    if (/[\w~]/.test(before)) continue;
    rootIsNamed ??= namesRoot(text);
    if (before.startsWith('/') || rootIsNamed) return true;
  }
  return false;
}

/** Whether a text names the root, or a folder that is not plainly another. */
function namesRoot(text: string): boolean {
  if (/(?:^|[^\w.~)\]}<-])\/+(?![\w./*<>-])/.test(text)) return true;
  for (const [, folder] of text.matchAll(
    /\b(?:cd|pushd|chdir|\w*dir|cwd|chroot|c|path)\b[\s=:,()[\]]*([^\s,;&|)]*)/g,
  )) {
    if (folder !== '' && (folder!.includes('..') || /[$~*{]/.test(folder!))) return true;
  }
  return false;
}

/** A slash that may begin a path, and behind which no name stands: `/`, `//*`, `/.`, `/{a,b}`, `$x/`, but not `a/`, `/a`. */
const rootItself = /(?:^|[^\w.~*?\]</-]|\$\w+|:-)\/+(?![\w@%+~/-])/;

/** Ways to a path that is not written: `..`, what is worked out or taken apart, the folder above another. */
const pathMade =
  /\.\.|\$\(|`|\$\{\w+[^\w}]|<\(|\[\s*-?\d*\s*:?\s*-?\d*\s*\]|\.(?:root|anchor|parents?)\b|\b(?:dirname|sep|readlink|realpath|abspath|relpath|xargs|read|ifs|splitdrive|splitroot)\b|\b(?:r?split|r?partition|slice|substr(?:ing)?|charat|at)\(/;

/** The current folder, or all in it: of a script the call that runs it may say which that is. */
const folderItself = /(?:^|[\s,([])(?:\.\/+)*(?:\*+|\.\*?|\.\/+)(?=$|[\s;&|)}\],])/;

/** What a call may be told by those that run it: arguments, input, parameters of functions in code. */
const told =
  /\$\{?[\d@*]|\b(?:argv|args|arguments|environ|getenv|env|input|stdin|def|function|lambda|sub|fn|func)\b|=>/;

/** Whether a path may come from outside the text: from arguments, or a variable that is not set in it. */
function isToldPath(text: string): boolean {
  if (told.test(text)) return true;
  for (const [, name] of text.matchAll(/\$\{?([a-z_]\w*)/g))
    if (name !== 'home' && !text.includes(`${name}=`) && !text.includes(`for ${name} `)) return true;
  return false;
}

/**
 * Whether what a text does may concern the root itself, `/`, or all that lies right below it, `/*`; texts that hide no
 * words can come to it only so.
 */
export function mayNameRoot(text: string): boolean {
  return rootItself.test(text) || folderItself.test(text) || pathMade.test(text) || isToldPath(text);
}

/** Whether a path may begin with `~`, which a `cd` to nowhere and code that asks for it come to as well. */
export function mayNameHome(text: string): boolean {
  const isNamed =
    text.includes('~') ||
    /\b(?:cd|pushd)[\s-]*(?:$|[;&|(){}<>#,])|\bcd\s*\n|home(?:dir)?\s*(?:\(|$)|\bdir\.home/.test(text);
  return isNamed || folderItself.test(text) || isToldPath(text);
}

/** Whether a path may begin with the letter of a drive: `c:`, `$x:`, but not the last letter of `name:`. */
export function mayNameDrive(text: string): boolean {
  return /(?:^|[^\w$]|\$\w+)[a-z]:|\$\w+:|[)}]:/.test(text) || pathMade.test(text) || isToldPath(text);
}

/** Whether some name begins with a dot: `/tmp/.x`, `./.x`, `.x/y`, but not `./x` or `a.x`. */
export function isHiddenNamed(text: string): boolean {
  return /(?:^|[^\w.)\]-])\.(?!\.?(?:[/\s]|$))/.test(text);
}
