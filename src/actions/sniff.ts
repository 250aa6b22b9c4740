import { isDockerfile } from './documents/dockerfile.ts';
import type { Language } from './frame.ts';
import { baseName, extension } from './paths.ts';

/** Tells the language of a text. */

const NAMES: Readonly<Record<string, Language>> = {
  bash: 'shell',
  sh: 'shell',
  shell: 'shell',
  zsh: 'shell',
  ksh: 'shell',
  dash: 'shell',
  ash: 'shell',
  console: 'shell',
  terminal: 'shell',
  fish: 'shell',
  command: 'shell',
  python: 'python',
  python3: 'python',
  python2: 'python',
  py: 'python',
  ipython: 'python',
  pypy: 'python',
  sage: 'python',
  javascript: 'javascript',
  js: 'javascript',
  node: 'javascript',
  nodejs: 'javascript',
  typescript: 'javascript',
  ts: 'javascript',
  deno: 'javascript',
  bun: 'javascript',
  jsx: 'javascript',
  tsx: 'javascript',
  mjs: 'javascript',
  cjs: 'javascript',
  perl: 'perl',
  pl: 'perl',
  ruby: 'ruby',
  rb: 'ruby',
  php: 'php',
  lua: 'lua',
  powershell: 'powershell',
  pwsh: 'powershell',
  ps1: 'powershell',
  sql: 'sql',
  mysql: 'sql',
  postgresql: 'sql',
  postgres: 'sql',
  sqlite: 'sql',
  r: 'generic',
  julia: 'generic',
  awk: 'generic',
  tcl: 'generic',
  expect: 'generic',
  groovy: 'generic',
  applescript: 'generic',
  lisp: 'generic',
  octave: 'generic',
  dockerfile: 'dockerfile',
  makefile: 'makefile',
};

/** The language that a name stands for; `undefined` for one that is not gone through (`cpp`, `rust`). */
export function languageNamed(name: string): Language | undefined {
  return NAMES[name.toLowerCase().replace(/[^a-z0-9]/g, '')];
}

const EXTENSIONS: Readonly<Record<string, Language>> = {
  sh: 'shell',
  bash: 'shell',
  zsh: 'shell',
  ksh: 'shell',
  command: 'shell',
  py: 'python',
  pyw: 'python',
  js: 'javascript',
  mjs: 'javascript',
  cjs: 'javascript',
  ts: 'javascript',
  mts: 'javascript',
  cts: 'javascript',
  pl: 'perl',
  pm: 'perl',
  rb: 'ruby',
  php: 'php',
  phtml: 'php',
  lua: 'lua',
  ps1: 'powershell',
  sql: 'sql',
  awk: 'generic',
  tcl: 'generic',
  exp: 'generic',
  r: 'generic',
  jl: 'generic',
  mk: 'makefile',
  dockerfile: 'dockerfile',
};

/** The language of a file, by its name, its first line, or what it reads like. */
export function languageOfFile(path: string, text: string): Language | undefined {
  const shebang = languageOfShebang(text);
  if (shebang !== undefined) return shebang;
  const base = baseName(path).toLowerCase();
  if (/^(?:gnu)?makefile$/.test(base)) return 'makefile';
  if (/^dockerfile|\.dockerfile$/.test(base)) return 'dockerfile';
  const known = EXTENSIONS[extension(path)];
  if (known !== undefined) return known;
  // what has another extension is not run by itself: a binary, a document
  if (
    /^(?:c|h|cc|cpp|go|rs|java|md|txt|json|ya?ml|toml|html?|css|csv|xml|png|jpg|pdf|zip|gz|tgz|tar|so|o|exe|deb|rpm)$/.test(
      extension(path),
    )
  )
    return undefined;
  return languageOfText(text);
}

/** The language that `#!` names. */
export function languageOfShebang(text: string): Language | undefined {
  const match = /^\s*#!\s*(\S+)(?:[ \t]+(-\S+[ \t]+)*([^\s-]\S*))?/.exec(text.slice(0, 300));
  if (match === null) return undefined;
  const program = baseName(match[1]!) === 'env' ? (match[3] ?? '') : baseName(match[1]!);
  return languageNamed(program.replace(/[\d.]+$/, ''));
}

const PYTHON_LINE =
  /^(?:from\s+[\w.]+\s+import\s|import\s+[A-Za-z_][\w.]*(?:\s*,\s*[A-Za-z_][\w.]*)*(?:\s+as\s+\w+)?\s*(?:;|#|$)|(?:async\s+)?def\s+\w+\s*\(|class\s+\w+\s*(?:\([^)]*\))?\s*:|with\s+.+:\s*$|if\s+__name__\s*==|print\s*\(|@[A-Za-z_][\w.]*\s*(?:\(.*\)\s*)?$|(?:el)?if\s+.+:\s*(?:#.*)?$|for\s+.+\s+in\s+.+:|while\s+.+:\s*(?:#.*)?$|try\s*:|except\b.*:|return\b|[A-Za-z_][\w.]*(?:\[[^\]]*\])?\s+[-+*/]?=\s+\S|[A-Za-z_][\w.]*\s*=\s*[A-Za-z_][\w.]*\(|assert\s|raise\s|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*\([^)]*\)\s*(?:#.*)?$)/;
const PYTHON_STRONG =
  /^(?:from\s+[\w.]+\s+import\s|import\s+[A-Za-z_][\w.]*(?:\s*,\s*[A-Za-z_][\w.]*)*(?:\s+as\s+\w+)?\s*(?:;|#|$)|(?:async\s+)?def\s+\w+\s*\(.*|class\s+\w+\s*(?:\([^)]*\))?\s*:|with\s+open\(|if\s+__name__\s*==|print\s*\(|[A-Za-z_]\w*\s+=\s+[A-Za-z_[{("'f]|[A-Za-z_]\w*\.\w+\(.*\)\s*$)/;
const SHELL_LINE =
  /^(?:(?:sudo|apt|apt-get|yum|dnf|apk|brew|pip3?|npm|yarn|cd|ls|cat|echo|mkdir|rm|cp|mv|chmod|chown|curl|wget|git|docker|kubectl|python3?|node|bash|sh|find|grep|sed|awk|tar|ssh|scp|nc|export|source|set|unset|systemctl|service|touch|ln|ps|kill|pkill|head|tail|make|aws|az|gcloud|nmap|crontab|printf|tee|xargs|sleep|which|command|exec|eval|env)(?:\s|$)|if\s+\[|if\s+!?\s*\w+.*;\s*then|then$|fi$|done|do$|esac|for\s+\w+\s+in\s+[^:]*(?:;\s*do)?$|while\s+.*;\s*do|\w+=\S*$|\w+=["'$]|[$./~]|\w+\(\)\s*\{|#!|[A-Za-z][\w.-]*\s+-{1,2}\w|.*(?:\s\|\s|\s&&\s|\\$))/;
const POWERSHELL_LINE =
  /^(?:\$\w+(?:\.\w+)*\s+=\s|[Ii]mport-[Mm]odule\s|(?:[A-Z][a-z]+)+-[A-Z]\w+|Import-Module|param\s*\(|function\s+[A-Z]\w+-\w+|\$env:|\[[\w.]+\]::|(?:if|foreach|while)\s*\(\s*(?:-not\s*)?[$(]|}\s*(?:else|catch|finally)?\s*\{?$)/;
const JAVASCRIPT_LINE =
  /^(?:(?:const|let|var)\s+[\w{[]|import\s+[\w*{].*\sfrom\s+['"]|export\s|(?:async\s+)?function\s*\w*\s*\(|console\.\w+\(|module\.exports|require\(|\}\)?;?$|.*=>\s*\{?$|await\s)/;

/** The language that a text reads like; shell where nothing speaks for another. */
export function languageOfText(text: string): Language {
  return sniff(text) ?? 'shell';
}

/** The language of a text that a tool takes to be in `hint`, where the text itself says otherwise loudly enough. */
export function sniffWith(hint: Language, text: string): Language {
  const shebang = languageOfShebang(text);
  if (shebang !== undefined) return shebang;
  if (hint === 'shell') return sniff(text) ?? 'shell';
  if (hint === 'python') return readsAsShell(text) ? 'shell' : 'python';
  return hint;
}

const PLAIN_COMMAND =
  /^(?!(?:from|import|def|class|with|if|elif|for|while|try|except|return|assert|raise|async|await|const|let|var|function|export|print)\b)[a-z][a-z0-9_.-]*\s+[-\w./~'"$*]/;

/** A language other than shell that the lines of a text speak for. */
function sniff(text: string): Language | undefined {
  const shebang = languageOfShebang(text);
  if (shebang !== undefined) return shebang;
  if (/^\s*<\?php/.test(text)) return 'php';
  // no shell sets a variable like that, and no other language here begins its lines with a dollar
  if (/^\$[A-Za-z]\w*\s+=\s[^;]*$/m.test(text) && !/^\s*(?:use|my|our|sub)\s/m.test(text))
    return 'powershell';
  // a single plain line is what most commands are
  if (!text.includes('\n') && PLAIN_COMMAND.test(text)) return undefined;
  const head = withoutBodies(text.length > 6_000 ? text.slice(0, 6_000) : text);
  if (!/[=(:$\n-]/.test(head) || opensAsShell(head)) return undefined;
  if (isDockerfile(head)) return 'dockerfile';
  const count = { python: 0, strong: 0, shell: 0, powershell: 0, javascript: 0 };
  let lines = 0;
  for (const raw of head.split('\n')) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#') || line.startsWith('//')) continue;
    lines += 1;
    if (PYTHON_LINE.test(line)) count.python += 1;
    if (PYTHON_STRONG.test(raw.trimEnd())) count.strong += 1;
    // a line that ends in a comma goes on: arguments, not a command
    if (!line.endsWith(',') && SHELL_LINE.test(line)) count.shell += 1;
    if (POWERSHELL_LINE.test(line)) count.powershell += 1;
    if (JAVASCRIPT_LINE.test(line)) count.javascript += 1;
    if (lines >= 80) break;
  }
  if (
    count.powershell >= 1 &&
    count.powershell * 2 >= lines &&
    count.powershell >= count.python &&
    count.powershell > count.shell
  )
    return 'powershell';
  if (count.strong >= 2 && count.strong > count.shell && count.strong > count.javascript) return 'python';
  if (
    count.strong >= 1 &&
    count.python * 2 >= lines &&
    count.python > count.shell &&
    count.python >= count.javascript
  )
    return 'python';
  if (count.javascript >= 2 && count.javascript * 2 >= lines && count.javascript > count.shell)
    return 'javascript';
  return undefined;
}

/** Without the bodies of here-documents: those are in the language of whatever reads them. */
function withoutBodies(text: string): string {
  if (!text.includes('<<')) return text;
  return text.replace(
    /(^|[^<])(<<-?[ \t]*(['"\\]?)([A-Za-z_]\w*)\3?[^\n]*\n)(?:[\s\S]*?\n)??[ \t]*\4[ \t]*(?=\n|$)/g,
    '$1$2',
  );
}

/** A first line that gives a command its arguments: what is behind a quote or a `<<` that it opens is no code of its own. */
function opensAsShell(text: string): boolean {
  const line = /^(?:\s*(?:#[^\n]*)?\n)*[ \t]*([^\n]*)/.exec(text)?.[1] ?? '';
  return (
    /^(?:sudo|cd|cat|tee|python3?|node|bash|sh|perl|ruby|php|uv|docker|kubectl|ssh|mkdir|echo|printf|curl|git|pip3?|npm)\s+[-\w./'"~$<>]/.test(
      line,
    ) && !/^\w+\s+(?:=|in\b|is\b|and\b|or\b|if\b)/.test(line)
  );
}

/** A text given to a Python tool that is a command all the same. */
function readsAsShell(text: string): boolean {
  const line = text.trim();
  if (line.includes('\n') || line === '') return false;
  if (
    !/^(?:sudo|apt(?:-get)?|pip3?|ls|cd|cat|curl|wget|git|mkdir|rm|chmod|bash|sh|python3?|nmap|ssh|nc|docker|find|grep|echo|pytest|make|npm)\s+[-\w./'"~$]/.test(
      line,
    )
  )
    return false;
  return !/^\w+\s*(?:=|\(|\.)/.test(line);
}
