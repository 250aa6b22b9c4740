/** The known word that `word` was most likely meant to be, or undefined where none is close. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  return closest(word, known, Math.floor(word.length / 3));
}

/**
 * The known word that `word` is a slip of the pen for: one edit in a short word, two in a long one.
 * Stricter than {@link nearest}, for words that may also be meant as they stand.
 */
export function misspelt(word: string, known: Iterable<string>): string | undefined {
  return closest(word, known, word.length < 3 ? 0 : word.length < 6 ? 1 : 2);
}

/** `did you mean 'x'?`, or the fallback where no known word is close. */
export function suggestion(word: string, known: Iterable<string>, fallback: string): string {
  const hit = nearest(word, known);
  return hit === undefined ? fallback : `did you mean '${hit}'?`;
}

function closest(word: string, known: Iterable<string>, limit: number): string | undefined {
  if (word === '') return undefined;
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of known) {
    if (candidate === word) continue;
    const same = candidate.toLowerCase() === word.toLowerCase();
    const distance = same ? 0.5 : editDistance(word, candidate, bestDistance);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours, each counted once. */
function editDistance(left: string, right: string, limit: number): number {
  if (Math.abs(left.length - right.length) >= limit) return limit;
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const changed = left[row - 1] === right[column - 1] ? 0 : 1;
      let cost = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + changed);
      const swapped = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      if (row > 1 && column > 1 && swapped) cost = Math.min(cost, beforeLast[column - 2]! + 1);
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return last[right.length]!;
}
