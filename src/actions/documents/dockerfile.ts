import type { Content } from '../content.ts';
import type { Frame, Given } from '../frame.ts';
import { inner } from '../frame.ts';

const INSTRUCTION = /^[ \t]*(RUN|CMD|ENTRYPOINT|SHELL|ADD)[ \t]+/i;
const HEAD = /^[ \t]*FROM[ \t]+(?:--\S+[ \t]+)?[\w./:@${}-]+(?:[ \t]+[Aa][Ss][ \t]+\w+)?[ \t]*$/m;
const LATER =
  /^[ \t]*(?:RUN|CMD|ENTRYPOINT|COPY|WORKDIR|ENV|LABEL|MAINTAINER|EXPOSE|ADD|ARG|USER|VOLUME)[ \t]/m;

/** True for a text that is a Dockerfile and not a shell's. */
export function isDockerfile(text: string): boolean {
  return HEAD.test(text) && LATER.test(text);
}

/** A Dockerfile that is built, or run line by line: the commands of its `RUN` instructions. */
export function interpretDockerfile(frame: Frame, text: string, given: Given): Content | undefined {
  const lines = text.split('\n');
  let from = 0;
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at]!;
    const match = INSTRUCTION.exec(line);
    const start = from;
    from += line.length + 1;
    if (match === null) continue;
    let body = line.slice(match[0].length);
    const bodyStart = start + match[0].length;
    // a heredoc: `RUN <<EOF`
    const heredoc = /<<-?["']?(\w+)["']?/.exec(body)?.[1];
    while (
      at + 1 < lines.length &&
      (/\\\s*$/.test(lines[at]!) || /^[ \t]*#/.test(lines[at]!) || heredoc !== undefined)
    ) {
      at += 1;
      // a comment between continued lines is no command
      const next = lines[at]!;
      body += `\n${/^[ \t]*#/.test(next) && heredoc === undefined ? `${' '.repeat(Math.max(0, next.length - 1))}\\` : next}`;
      from += next.length + 1;
      if (heredoc !== undefined && next.trim() === heredoc) break;
    }
    if (match[1]!.toUpperCase() !== 'RUN') continue;
    run(
      frame,
      body.replace(/^(?:--\w+=\S+[ \t]+)+/, (flags) => ' '.repeat(flags.length)),
      bodyStart,
      given,
    );
  }
  return undefined;
}

function run(frame: Frame, body: string, start: number, given: Given): void {
  const exec = /^\s*\[([\s\S]*)\]\s*$/.exec(body);
  if (exec !== null) {
    const words = execForm(body);
    const inside = inner(frame, ['Dockerfile RUN'], start, start + body.length);
    if (words !== undefined && inside !== undefined) {
      inside.sink.interpret(
        inside,
        'shell',
        words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' '),
        given,
      );
      return;
    }
  }
  const inside: Frame = { ...frame, via: [...frame.via, 'Dockerfile RUN'], offset: frame.offset + start };
  inside.sink.interpret(inside, 'shell', body, given);
}

function execForm(body: string): string[] | undefined {
  try {
    const words: unknown = JSON.parse(body);
    return Array.isArray(words) && words.every((word) => typeof word === 'string') ? words : undefined;
  } catch {
    return undefined;
  }
}
