import type { Frame, Given } from '../frame.ts';
import { inner } from '../frame.ts';
import { pass } from '../overrun.ts';
import { fillNames } from '../splice.ts';

/** Targets that are made of one Makefile. */
const MAX_TARGETS = 256;
const RULE = /^([^\t#:=\n][^:=\n]*):(?!=)([^\n]*)$/;

/** A Makefile that is made: the recipes of the targets asked for, or of the first, and of what these need. */
export function interpretMakefile(frame: Frame, text: string, given: Given): void {
  const rules = read(text, frame.sink.hides);
  const first = [...rules.keys()].find((name) => !name.startsWith('.'));
  const wanted =
    given.arguments !== undefined && given.arguments.length > 0
      ? [...given.arguments]
      : first === undefined
        ? []
        : [first];
  const done = new Set<string>();
  while (wanted.length > 0) {
    if (done.size >= MAX_TARGETS) {
      pass('work');
      break;
    }
    const name = wanted.shift()!;
    const rule = rules.get(name);
    if (rule === undefined || done.has(name)) continue;
    done.add(name);
    wanted.push(...rule.needs);
    const inside = inner(frame, [`make ${name}`], rule.start, rule.end);
    if (inside !== undefined)
      inside.sink.interpret(
        inside,
        'shell',
        rule.recipe,
        given.directory === undefined ? {} : { directory: given.directory },
      );
  }
  for (const match of text.matchAll(/^\w+\s*[:?]?=.*\$\(shell\s+([^\n]*)\)\s*$/gm)) {
    const inside = inner(frame, ['$(shell)'], match.index, match.index + match[0].length);
    if (inside !== undefined) inside.sink.interpret(inside, 'shell', match[1]!);
  }
}

interface Rule {
  readonly needs: readonly string[];
  readonly recipe: string;
  readonly start: number;
  readonly end: number;
}

function read(text: string, hides: () => boolean): Map<string, Rule> {
  const variables = new Map<string, string>();
  for (const match of text.matchAll(/^([A-Za-z_]\w*)\s*[:?]?=[ \t]*(.*)$/gm))
    variables.set(match[1]!, match[2]!);
  const filled = (line: string) =>
    fillNames(line, /\$[({](\w+)[)}]/g, hides, (name) => variables.get(name ?? '')).replaceAll('$$', '$');
  const rules = new Map<string, Rule>();
  const lines = text.split('\n');
  let from = 0;
  for (let at = 0; at < lines.length; at += 1) {
    const start = from;
    from += lines[at]!.length + 1;
    const match = RULE.exec(lines[at]!);
    if (match === null) continue;
    const recipe: string[] = [];
    while (
      at + 1 < lines.length &&
      (lines[at + 1]!.startsWith('\t') || (recipe.length > 0 && /\\$/.test(recipe.at(-1)!)))
    ) {
      at += 1;
      from += lines[at]!.length + 1;
      recipe.push(filled(lines[at]!.replace(/^\t[-@+]*/, '')));
    }
    const rule = {
      needs: match[2]!.split(/\s+/).filter(Boolean),
      recipe: recipe.join('\n'),
      start,
      end: from,
    };
    for (const name of match[1]!.trim().split(/\s+/)) if (!rules.has(name)) rules.set(name, rule);
  }
  return rules;
}
