import type { Frame } from '../frame.ts';
import { inner } from '../frame.ts';

/** Runs a line that an interactive program hands to the shell. */
export function runEscapedLine(
  frame: Frame,
  command: string,
  start: number,
  end: number,
  via = 'shell escape',
): void {
  const inside = inner(frame, [via], start, end);
  if (inside !== undefined) inside.sink.interpret(inside, 'shell', command);
}
