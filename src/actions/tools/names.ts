import type { Language } from '../frame.ts';

/** What kinds of tools there are, and by which names they go. */
export type Tool =
  | { readonly kind: 'code'; readonly language: Language | undefined }
  | { readonly kind: 'keys' }
  | { readonly kind: 'editor' }
  | { readonly kind: 'patch' }
  | { readonly kind: 'write' | 'append' | 'replace' | 'read' | 'delete' | 'move' }
  | { readonly kind: 'web' }
  | { readonly kind: 'none' };

const NONE: Tool = { kind: 'none' };

/** Tools by name, without case, separators and prefixes. */
const TABLE: readonly (readonly [Tool, string])[] = [
  [
    { kind: 'code', language: 'shell' },
    `bash sh shell zsh terminal console exec execute run cmd command bashtool shelltool executebash runbash runinterminal
    runterminalcmd runterminalcommand runshellcommand runshell runcommand executecommand executeshell executeshellcommand executeterminalcommand
    shellexec shellcommand terminalexecute terminalrun terminalcommand localshell localshellcall containerexec bashcommand execbash
    execcommand execshell systemrun osexec sshexec sshexecute sandboxexec sandboxrun interactivebash startprocess spawn subprocess
    unifiedexec execinterminal commandline cli processexec runbashcommand executebashcommand executebashcode dockerexec kubectlexec
    actexecutebash executeinshell runinshell runcommandinterminal terminaltool commandexecution commandexecutor`,
  ],
  [
    { kind: 'code', language: 'python' },
    `python python3 ipython executeipythoncell ipythoncell executeipython jupyter jupytercell runpython runpythoncode executepython
    executepythoncode pythonrepl pythonrepltool pythoninterpreter codeinterpreter pythoncode pythontool runipython notebookexecute
    notebookruncell runcell runnotebookcell executecell executenotebookcell addandexecutejupytercodecell executepythonscript
    pythonexec pythonexecute statefulpython pythonsandbox jupyterexecute kernelexecute runjupyter`,
  ],
  [
    { kind: 'code', language: undefined },
    `code executecode runcode codeexecution coderunner codeexec interpreter sandbox executescript runscript codeexecute
    codesandbox programexec evaluate evaluatecode executecodeblock codetool runinsandbox`,
  ],
  [
    { kind: 'code', language: 'javascript' },
    'javascript js node nodejs runjavascript executejavascript runnode javascriptrepl jsrepl javascripttool',
  ],
  [
    { kind: 'code', language: 'powershell' },
    'powershell pwsh runpowershell executepowershell powershelltool',
  ],
  [
    { kind: 'code', language: 'sql' },
    `sql mysql sqlite sqlite3 postgres postgresql querydatabase executesql runsql runquery sqlquery sqldbquery databasequery dbquery
    executequery querysql executesqlquery`,
  ],
  [{ kind: 'code', language: 'perl' }, 'perl runperl'],
  [{ kind: 'code', language: 'ruby' }, 'ruby runruby'],
  [{ kind: 'code', language: 'php' }, 'php runphp'],
  [
    { kind: 'keys' },
    'sendkeys keystrokes tmux tmuxsendkeys terminalinput terminalsendkeys writestdin sendinput terminalsend typekeys',
  ],
  [
    { kind: 'editor' },
    `strreplaceeditor strreplacebasededittool strreplaceeditorcli texteditor editortool texteditorcodeexecution editanthropic
    strreplacetool fileeditor oheditor editor fileedittool`,
  ],
  [{ kind: 'patch' }, 'applypatch applydiff patch applypatchcall patchfile gitapply'],
  [
    { kind: 'write' },
    `write writefile createfile savefile filewrite writetofile create filewritetext createnewfile newfile savetofile putfile writefiles
    overwritefile createorupdatefile filecreate writefilecontents createtextfile editnotebook notebookedit createorreplacefile`,
  ],
  [
    { kind: 'append' },
    'append appendfile appendtofile insert insertintofile insertatline insertcontent insertlines fileappend insertcode',
  ],
  [
    { kind: 'replace' },
    `edit editfile replace replaceinfile searchreplace searchandreplace strreplace multiedit fileedit replacefilecontent editfilebyreplace
    replacelines modifyfile updatefile editcode replacestringinfile smartedit multireplace codeedit editexistingfile proposecode`,
  ],
  [
    { kind: 'read' },
    'read readfile view viewfile open openfile cat fileread readtextfile readmanyfiles getfilecontents showfile filereadtext viewcode',
  ],
  [{ kind: 'delete' }, 'deletefile removefile delete unlinkfile filedelete deletepath'],
  [{ kind: 'move' }, 'movefile renamefile filemove'],
  [
    { kind: 'web' },
    `webfetch fetch fetchurl httprequest httpget httppost httpput curl wget browse goto navigate openurl visit readurl browsernavigate gotourl urlfetch
    requestsget requestspost requestsput requestsdelete downloadfile download webbrowser scrapeurl visitwebpage webbrowsernavigateto getwebpage
    browsergoto request apirequest callapi visiturl browseurl openwebpage loadurl fetchwebpage`,
  ],
  [
    NONE,
    'cpp c cplusplus csharp cs go golang rust java kotlin swift scala dart html css xml json yaml markdown md latex tex text plaintext solidity haskell fortran',
  ],
  [
    NONE,
    'think finish submit answer complete done memory todo task plan search grep glob find ls list click type scroll screenshot press hover goback newtab',
  ],
];

const TOOLS: ReadonlyMap<string, Tool> = new Map(
  TABLE.flatMap(([tool, names]) =>
    names
      .split(/\s+/)
      .filter(Boolean)
      .map((name): [string, Tool] => [name, tool]),
  ),
);

/** The kind of a tool by its name; `undefined` for a name that no table knows. */
export function toolNamed(name: string): Tool | undefined {
  const plain = name.toLowerCase().replace(/[^a-z0-9]/g, '');
  const whole = TOOLS.get(plain);
  if (whole !== undefined) return whole;
  // `mcp__shell__execute_command`, `functions.bash`, `container/exec`, `Terminal:run`
  const last = name.split(/__|[./:]/).at(-1) ?? name;
  return last === name ? undefined : TOOLS.get(last.toLowerCase().replace(/[^a-z0-9]/g, ''));
}
