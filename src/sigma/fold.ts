/**
 * Letter case, as rules ignore it. Two texts are equal regardless of case iff their folded forms are equal.
 *
 * Unicode lower case with two differences, both so that folding is per character, keeps every offset, and lets an
 * ASCII letter stand for ASCII letters alone (a byte scanner that folds only A–Z then agrees with the matcher):
 * final and medial sigma are one letter, and U+0130 (İ) and U+212A (the Kelvin sign) stay as they are.
 */
export function foldCase(text: string): string {
  if (!IRREGULAR.test(text)) return text.toLowerCase();
  return text.replace(RUNS, (run) => (run === 'ς' || run === 'Σ' ? 'σ' : run.toLowerCase()));
}

const IRREGULAR = /[\u0130\u212a\u03a3\u03c2]/;
// The two that stay are in no run; a capital sigma is a run of its own, since toLowerCase looks at its neighbours.
const RUNS = /[\u03a3\u03c2]|[^\u0130\u212a\u03a3\u03c2]+/g;
