import { pass } from '../overrun.ts';
/**
 * What is done to a text before the shell parser sees it. Nothing here changes its length, so that
 * positions stay those of the tool call.
 */

/** A text made ready for the parser. */
export interface Prepared {
  readonly source: string;
  /** `<host>` stands in it as `\uE000host\uE001` */
  readonly marked: boolean;
}

/**
 * Cheat sheets write `nc <host> 443`: to a shell that is two redirections. A `<name>` that no redirection
 * would be written as is kept as a word.
 */
const PLACEHOLDER =
  /(^|[\s"'=:/@,({[|.;-])<((?=[^>]*[A-Za-z])[A-Za-z0-9](?:[A-Za-z0-9_ \-/:.]{0,60}[A-Za-z0-9_)])?)>(?=$|[\s"'/:.,;@)}\]&|\\?=<-])/g;

export function prepare(text: string): Prepared {
  const visible = flattened(blankFences(text));
  if (!visible.includes('<') || !visible.includes('>')) return { source: visible, marked: false };
  let marked = false;
  let source = visible;
  // neighbours share their separator, hence twice
  for (let pass = 0; pass < 2; pass += 1) {
    source = source.replace(PLACEHOLDER, (whole, before: string, name: string) => {
      if (name.includes('/dev/') || /^[a-z0-9_-]+\.[a-z0-9]{1,5}$/.test(name)) return whole;
      marked = true;
      return `${before}\uE000${name.replaceAll(' ', '\u00A0')}\uE001`;
    });
  }
  return { source, marked };
}

/** The ``` lines of a fenced block become blank. */
function blankFences(text: string): string {
  if (!text.includes('```')) return text;
  return text.replace(
    /^[ \t]*```[A-Za-z0-9_+-]*[ \t]*(?=\r?$|\n)|```(?:bash|sh|shell|BASH)?(?=\s)|```\s*$/gm,
    (fence) => fence.replace(/[^\n]/g, ' '),
  );
}

/** What brackets open at one place may weigh; those of substitutions, each read as a text of its own, weigh more. */
const MAX_OPEN = 240;
const SUBSTITUTION = 10;

/** Brackets inside more open ones than any script has become letters: the parser's time would grow with their square. */
function flattened(text: string): string {
  if (text.length < MAX_OPEN / SUBSTITUTION || !hasBrackets(text)) return text;
  const weights: number[] = [];
  let open = 0;
  return text.replace(/[()]/g, (bracket, at: number) => {
    if (bracket === ')') {
      open -= weights.pop() ?? 0;
      return bracket;
    }
    const weight = /[$<>]/.test(text[at - 1] ?? '') ? SUBSTITUTION : 1;
    if (open + weight > MAX_OPEN) {
      pass('nesting');
      return '_';
    }
    weights.push(weight);
    open += weight;
    return bracket;
  });
}

function hasBrackets(text: string): boolean {
  let count = 0;
  for (let at = text.indexOf('('); at >= 0; at = text.indexOf('(', at + 1)) {
    count += 1;
    if (count * SUBSTITUTION > MAX_OPEN) return true;
  }
  return false;
}
