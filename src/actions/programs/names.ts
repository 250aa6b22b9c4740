import { baseName } from '../paths.ts';

const VERSIONED =
  /^(python|pypy|perl|ruby|php|lua|luajit|node|pip|tclsh|wish|expect|pwsh|clang|gcc|g\+\+|jupyter|emacs|vim|nvim)-?\d[\d.]*$/;

/** Other names of the same program. */
const SYNONYMS: ReadonlyMap<string, string> = new Map([
  ['pypy', 'python'],
  ['ipython', 'python'],
  ['ipython3', 'python'],
  ['python3-config', 'python-config'],
  ['nodejs', 'node'],
  ['luajit', 'lua'],
  ['gawk', 'awk'],
  ['mawk', 'awk'],
  ['nawk', 'awk'],
  ['original-awk', 'awk'],
  ['ncat', 'nc'],
  ['netcat', 'nc'],
  ['nc.traditional', 'nc'],
  ['nc.openbsd', 'nc'],
  ['vi', 'vim'],
  ['nvim', 'vim'],
  ['view', 'vim'],
  ['ex', 'vim'],
  ['rvim', 'vim'],
  ['rview', 'vim'],
  ['vimdiff', 'vim'],
  ['gsed', 'sed'],
  ['gtar', 'tar'],
  ['bsdtar', 'tar'],
  ['ggrep', 'grep'],
  ['egrep', 'grep'],
  ['fgrep', 'grep'],
  ['zgrep', 'grep'],
  ['rgrep', 'grep'],
  ['ripgrep', 'rg'],
  ['batcat', 'bat'],
  ['fdfind', 'fd'],
  ['gfind', 'find'],
  ['podman', 'docker'],
  ['nerdctl', 'docker'],
  ['oc', 'kubectl'],
  ['k3s-kubectl', 'kubectl'],
  ['pwsh', 'powershell'],
  ['pip3', 'pip'],
  ['mariadb', 'mysql'],
  ['zcat', 'gunzip'],
  ['gzcat', 'gunzip'],
  ['ash', 'sh'],
  ['dash', 'sh'],
  ['ksh', 'sh'],
  ['mksh', 'sh'],
  ['rbash', 'sh'],
  ['yash', 'sh'],
  ['bash', 'sh'],
  ['zsh', 'sh'],
  ['lksh', 'sh'],
  ['posh', 'sh'],
  ['ksh93', 'sh'],
  ['bash5', 'sh'],
  ['rksh', 'sh'],
  ['csh', 'csh'],
  ['tcsh', 'csh'],
  ['dzdo', 'sudo'],
  ['sudoedit', 'sudoedit'],
  ['proxychains4', 'proxychains'],
  ['torify', 'torsocks'],
  ['tsocks', 'torsocks'],
  ['batch', 'at'],
  ['sbatch', 'sbatch'],
  ['logread', 'logread'],
  ['most', 'less'],
  ['more', 'less'],
  ['sqlite', 'sqlite3'],
  ['mongosh', 'mongo'],
  ['traceroute6', 'traceroute'],
  ['ping6', 'ping'],
  ['aria2c', 'aria2c'],
  ['wget2', 'wget'],
  ['https', 'http'],
  ['httpie', 'http'],
  ['xh', 'http'],
  ['xhs', 'http'],
  ['curlie', 'curl'],
  ['docker-compose', 'docker-compose'],
  ['byobu', 'tmux'],
  ['byobu-tmux', 'tmux'],
  ['singularity', 'apptainer'],
  ['incus', 'lxc'],
  ['flyctl', 'fly'],
  // the shell of the environment, whichever it is
  ['$SHELL', 'sh'],
  ['$BASH', 'sh'],
  ['mkfs.ext4', 'mkfs'],
  ['ld.so', 'ld-linux'],
  ['busybox.static', 'busybox'],
]);

/** The name that a program is known by: no path, no version, no `.exe`; a synonym's proper name. */
export function canonicalName(program: string): string {
  let name = program.includes('/') || program.includes('\\') ? baseName(program) : program;
  if (name.length > 4 && /\.(?:exe|EXE)$/.test(name)) name = name.slice(0, -4).toLowerCase();
  const synonym = SYNONYMS.get(name);
  if (synonym !== undefined) return synonym;
  if (/\d$/.test(name)) {
    const base = VERSIONED.exec(name)?.[1];
    if (base !== undefined) return SYNONYMS.get(base) ?? base;
  }
  if (name.startsWith('ld-') && /^ld-(?:linux|musl)[\w.-]*\.so/.test(name)) return 'ld-linux';
  return name;
}
