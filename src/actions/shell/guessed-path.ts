/**
 * `/b?n/c?t /e?c/sh?dow`: well-known programs and files, named so that their names do not stand in the text. A shell
 * finds them among the files that are there; these are there on every machine.
 */
const programs =
  `base64 bash bzip2 cat chmod chown cp crontab curl cut dash dd env find gdb grep gzip head id kill less ln ls man
  more mv nc ncat netcat nmap node nohup od openssl perl php ping ps python python3 rm ruby sed sh socat sort ssh strings su
  sudo tac tail tar tee telnet uname vi vim wget which whoami xargs xxd zsh`.split(/\s+/);
const settings =
  'crontab group gshadow hostname hosts issue passwd passwd- shadow shadow- ssh/sshd_config sudoers'.split(
    ' ',
  );
const paths = [
  ...programs.map((name) => `/bin/${name}`),
  ...settings.map((name) => `/etc/${name}`),
  ...programs.map((name) => `/usr/bin/${name}`),
];

const word = /^\/[\w.?*-]+(?:\/[\w.?*-]+)+$/;
const longest = 40;

/** The path that a shell would find for an unquoted word with `?` in it, where it is a well-known one. */
export function guessedPath(text: string): string | undefined {
  if (text.length > longest || !text.includes('?') || !word.test(text)) return undefined;
  const glob = text.replace(/[.-]/g, '\\$&').replaceAll('?', '[^/]').replaceAll('*', '[^/]{0,40}');
  const pattern = new RegExp(`^${glob}$`);
  return paths.find((path) => pattern.test(path));
}
