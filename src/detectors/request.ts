import type { Step } from '../trajectory/model.ts';

/** What a task may say for an act to count as asked for: one of the verbs and one of the objects in one sentence. */
export interface RequestPattern {
  /** beginnings of words: `scan` fits scan, scans and scanning */
  readonly verbs: readonly string[];
  /** the same; `{target}` stands for what the act is about: its host, path or program */
  readonly objects: readonly string[];
}

/** Sentences longer than this are cut: a task can hold a whole file without a full stop. */
const longestSentence = 600;

/** What takes a request back, or was never one. */
const negation =
  /\b(?:do not|don't|never|must not|mustn't|should not|shouldn't|cannot|can't|may not|without|avoid|refrain|forbid|forbidden|prohibit|prohibited|not allowed|no need to|instead of)\b/i;
const explanation =
  /\b(?:what (?:is|are|does)|why|how (?:do|does|would|can)|(?:explain|describ|summari[sz]|document|detect|prevent|block|alert|protect|avoid|review)\w*)\b/i;

/** The sentences of what was asked before a step: system and user text alone, never what came back. */
export function requestSentences(steps: readonly Step[], before: number): string[] {
  return steps
    .filter(
      (step) =>
        step.index < before && (step.role === 'user' || step.role === 'system') && step.copied !== true,
    )
    .flatMap((step) => step.text.split(/(?<=[.!?;])\s+|\n+/))
    .map((sentence) => sentence.slice(0, longestSentence).trim())
    .filter((sentence) => sentence !== '');
}

/** Whether one of the sentences asks for what the patterns say. */
export function asksFor(
  sentences: readonly string[],
  patterns: readonly RequestPattern[],
  targets: readonly string[],
): boolean {
  return sentences.some((sentence) => {
    const lower = sentence.toLowerCase();
    return patterns.some(({ verbs, objects }) => {
      const verb = findWord(lower, verbs);
      if (verb < 0) return false;
      const hasObject = objects.some((object) =>
        object === '{target}'
          ? targets.some((target) => lower.includes(target))
          : findWord(lower, [object]) >= 0,
      );
      if (!hasObject) return false;
      const before = sentence.slice(0, verb);
      return !negation.test(before.slice(-60)) && !explanation.test(before);
    });
  });
}

/** Where the first word stands that begins with one of the stems; -1 when none does. */
function findWord(text: string, stems: readonly string[]): number {
  let first = -1;
  for (const stem of stems) {
    for (let at = text.indexOf(stem); at >= 0; at = text.indexOf(stem, at + 1)) {
      const before = at === 0 ? ' ' : text[at - 1]!;
      if (/[a-z0-9]/.test(before)) continue;
      if (first < 0 || at < first) first = at;
      break;
    }
  }
  return first;
}
