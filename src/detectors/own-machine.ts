/** Something that sends or fetches, besides the clients of the web that take a URL. */
const otherClient =
  /\b(?:nc|ncat|netcat|socat|telnet|ssh|scp|sftp|rsync|ftp|tftp|lftp|openssl|dig|nslookup|host|mail\w*|sendmail|socket|connect|post|put|send|upload|proxy|resolve|connect-to)\b|\/dev\/tcp|-x\b|-k\b.*-k\b/;
const ownUrl =
  /https?:\/\/(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?::\d+)?(?=[/?#\s'"`)\],;|&<>\\]|$)[^\s'"`$@|;<>]*/g;

/**
 * Whether the text of a call names the machine itself as the only one that it talks to: `curl -s
 * http://localhost:8000/health`. What is left when such URLs are taken out names no other, nor a place to be worked out.
 * @param text in lower case
 */
export function talksToItselfAlone(text: string): boolean {
  if (!text.includes('http://')) return false;
  const rest = text.replace(ownUrl, ' ');
  if (rest === text || rest.includes('://') || /[$`@%]/.test(rest)) return false;
  if (/\d+\.\d+\.\d+|\d{8}/.test(rest) || otherClient.test(rest)) return false;
  // a bare name of a host, as curl takes it; a module is none
  return !/[\w-]\.[a-z]{2,}/.test(rest.replace(/-m\s+[\w.]+/g, ' '));
}
