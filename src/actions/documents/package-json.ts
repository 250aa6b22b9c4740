/** The command lines of a script in a package.json, with what npm runs before and after it. */
export function packageScripts(text: string, name: string): string | undefined {
  let scripts: unknown;
  try {
    scripts = (JSON.parse(text) as { scripts?: unknown }).scripts;
  } catch {
    return undefined;
  }
  if (typeof scripts !== 'object' || scripts === null) return undefined;
  const table = scripts as Record<string, unknown>;
  const wanted = /^(?:i|install|ci)$/.test(name)
    ? ['preinstall', 'install', 'postinstall', 'prepare']
    : name === 't'
      ? ['pretest', 'test', 'posttest']
      : [`pre${name}`, name, `post${name}`];
  const lines = wanted.map((each) => table[each]).filter((line) => typeof line === 'string');
  return lines.length > 0 ? lines.join('\n') : undefined;
}
