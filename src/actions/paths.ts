/** Paths as text: nothing here looks at a real file system. */

/** Absolute where it can be: joined to the directory, `.` and `..` and doubled slashes taken out. */
export function absolute(path: string, directory: string | undefined): string {
  if (path === '' || path === '-') return path;
  if (path.includes('\\') && /^[A-Za-z]:\\/.test(path)) return path;
  if (isAnchored(path)) return tidy(path);
  // an empty name is no folder: `cd ""` stays where it is
  return directory === undefined || directory === '' ? tidy(path) : tidy(`${directory}/${path}`);
}

/** True for a path that needs no directory: `/x`, `~`, `$VAR/x`, `C:\x`, `s3://x`. */
export function isAnchored(path: string): boolean {
  const first = path.charCodeAt(0);
  return (
    first === 47 || first === 126 || first === 36 || /^(?:[A-Za-z]:[\\/]|[a-z][a-z0-9+.-]*:\/\/)/.test(path)
  );
}

/** The last part of a path. */
export function baseName(path: string): string {
  let end = path.length;
  while (end > 1 && path.charCodeAt(end - 1) === 47) end -= 1;
  const text = end === path.length ? path : path.slice(0, end);
  const slash = Math.max(text.lastIndexOf('/'), text.lastIndexOf('\\'));
  return slash < 0 || slash === text.length - 1 ? text : text.slice(slash + 1);
}

/** All but the last part, as `dirname` prints it. */
export function directoryName(path: string): string {
  const slash = path.lastIndexOf('/');
  if (slash < 0) return '.';
  return slash === 0 ? '/' : path.slice(0, slash);
}

/** The extension without its dot, lower case; empty where there is none. */
export function extension(path: string): string {
  const base = baseName(path);
  const dot = base.lastIndexOf('.');
  return dot <= 0 ? '' : base.slice(dot + 1).toLowerCase();
}

/** `/proc/self/root/usr/bin/npx` is `/usr/bin/npx`. */
export function stripSelfRoot(path: string): string | undefined {
  const match = /^\/proc\/(?:self|thread-self|\$\$|\$PPID)\/(?:root|cwd)(\/.*)$/.exec(path);
  return match?.[1];
}

function tidy(path: string): string {
  if (!/(?:^|\/)\.{1,2}(?:\/|$)|\/\//.test(path) || path.includes('://')) return path;
  const rooted = path.startsWith('/');
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    const last = parts[parts.length - 1];
    if (part === '..' && last !== undefined && last !== '..' && last !== '~' && !last.startsWith('$'))
      parts.pop();
    else if (part !== '..' || !rooted) parts.push(part);
  }
  const end = path.length > 1 && path.endsWith('/') && parts.length > 0 ? '/' : '';
  const text = parts.join('/') + end;
  if (rooted) return `/${text}`;
  return text === '' ? '.' : text;
}
