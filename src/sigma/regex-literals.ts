import { foldCase } from './fold.ts';
import type { RegexNode } from './regex-syntax.ts';
import { both, either, type Requirement, type Terms } from './requirement.ts';

/** Literal texts, folded, that must occur in whatever the pattern matches. */
export type RegexRequirement = Requirement<string>;

const terms: Terms<string> = {
  implies: (given, asked) => given.includes(asked),
  weight: (literal) => literal.length,
};

/** Texts that a piece of a pattern may stand for before it counts as open. */
const exactLimit = 24;
const alternativeLimit = 64;
const lengthLimit = 80;

/**
 * The literals that every match must hold. Sound under two conditions that the matcher keeps: the text is compared
 * folded, and where the pattern ignores case, an ASCII letter matches ASCII letters alone.
 */
export function regexRequirement(node: RegexNode): RegexRequirement {
  const found = inspect(node);
  return found.exact === undefined ? found.requirement : asRequirement(found.exact);
}

/** Either all texts that the piece can match (folded), or what they must hold. */
type Found =
  | { readonly exact: readonly string[] }
  | { readonly exact: undefined; readonly requirement: RegexRequirement };

const anything: Found = { exact: undefined, requirement: [[]] };

function inspect(node: RegexNode): Found {
  switch (node.kind) {
    case 'unknown':
    case 'class':
      return anything;
    case 'boundary':
      return { exact: [''] };
    case 'characters': {
      // RE2 takes letters of other scripts for variants of each other where lower case does not
      if (node.ignoreCase && node.characters.some((character) => character > '\u007f')) return anything;
      return { exact: [...new Set(node.characters.map(foldCase))] };
    }
    case 'sequence':
      return inspectSequence(node.children);
    case 'choice': {
      const found = node.children.map(inspect);
      const exact = found.flatMap((one) => one.exact ?? []);
      if (found.every((one) => one.exact !== undefined) && exact.length <= exactLimit) return { exact };
      return { exact: undefined, requirement: either(found.map(toRequirement), terms) };
    }
    case 'repeat':
      return inspectRepeat(node);
  }
}

function inspectRepeat({ child, min, max }: RegexNode & { kind: 'repeat' }): Found {
  const found = inspect(child);
  if (max === 0) return { exact: [''] };
  if (min === 0) {
    return max === 1 && found.exact !== undefined ? { exact: ['', ...found.exact] } : anything;
  }
  if (found.exact === undefined) return found;
  if (min === 1 && max === 1) return found;
  // a single text that is repeated stands there at least `min` times; of several, any may be any time
  const [only, ...others] = found.exact;
  if (only === undefined || others.length > 0) return open(found);
  const text = only.repeat(Math.min(min, Math.ceil(lengthLimit / Math.max(1, only.length))));
  if (min === max && text.length === only.length * min) return { exact: [text] };
  return open({ exact: [text] });
}

function inspectSequence(children: readonly RegexNode[]): Found {
  const requirements: RegexRequirement[] = [];
  let run: readonly string[] = [''];
  let closed = true;
  const endRun = () => {
    requirements.push(asRequirement(run));
    run = [''];
    closed = false;
  };
  for (const child of children) {
    const found = inspect(child);
    if (found.exact === undefined) {
      endRun();
      requirements.push(found.requirement);
      continue;
    }
    const longest = Math.max(...run.map((text) => text.length));
    if (run.length * found.exact.length > exactLimit || longest > lengthLimit) endRun();
    run = run.flatMap((text) => found.exact.map((next) => text + next));
  }
  if (closed && run.length <= exactLimit) return { exact: run };
  endRun();
  return { exact: undefined, requirement: both(requirements, terms, alternativeLimit) };
}

function open(found: Found): Found {
  return { exact: undefined, requirement: toRequirement(found) };
}

function toRequirement(found: Found): RegexRequirement {
  return found.exact === undefined ? found.requirement : asRequirement(found.exact);
}

function asRequirement(texts: readonly string[]): RegexRequirement {
  return either(
    texts.map((text) => [text === '' ? [] : [text]]),
    terms,
  );
}
