import { isWordCode } from '../word-code.ts';

/** Classes of characters. */
export const WORD = 1;
export const QUOTE = 2;
export const BACKSLASH = 3;
export const DOLLAR = 4;
export const OPENING = 5;
export const CLOSING = 6;

export const CLASS = new Uint8Array(256);
for (let code = 0; code < 128; code += 1) if (isWordCode(code)) CLASS[code] = WORD;
for (const [kind, characters] of [
  [QUOTE, '\'"`'],
  [BACKSLASH, '\\'],
  [DOLLAR, '$'],
  [OPENING, '{'],
  [CLOSING, '})'],
] as const) {
  for (const character of characters) CLASS[character.charCodeAt(0)] = kind;
}

/** Without quotes and backslashes. */
export function bare(text: string): string {
  return text.replace(/['"`\\]/g, '');
}
