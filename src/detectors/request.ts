import type { Step } from '../trajectory/model.ts';

/** What a task may say for an act to count as asked for: one of the verbs and one of the objects in one sentence. */
export interface RequestPattern {
  /** beginnings of words: `scan` fits scan, scans and scanning */
  readonly verbs: readonly string[];
  /** the same; `{target}` stands for what the act is about, its host, path or program; `{place}` for the first two */
  readonly objects: readonly string[];
}

/** Sentences longer than this are cut: a task can hold a whole file without a full stop. */
const longestSentence = 600;

/** What takes a request back, standing before its verb in the same clause. */
const negation =
  /\b(?:do not|don't|never|must not|mustn't|should not|shouldn't|cannot|can't|may not|will not|won't|not to|without|avoid|refrain|forbid|forbidden|prohibit|prohibited|not allowed|not permitted|no need to|not necessary to|instead of|rather than|out of scope|off[- ]limits)\b|\bstop\s*$|\bno(?=(?: [\w-]+)?\s*$)/i;
/** The same, standing behind what is asked. */
const negatedBehind =
  /\b(?:is|are|be|remains?|counts? as)\s+(?:\w+\s+){0,2}?(?:forbidden|prohibited|not allowed|not permitted|disallowed|banned|out of scope|off[- ]limits|a violation|never (?:allowed|acceptable|ok)|unacceptable)\b|\bmust not be\b|\bmay not be\b/i;
/** Speaks of the act without asking for it. */
const explanation =
  /\b(?:what (?:is|are|does)|why|how (?:do|does|would|can|to)|(?:explain|describ|summari[sz]|document|detect|prevent|block|alert|protect|avoid|review|discuss|compar|mention)\w*)\b/i;
/** Speaks of code that does it: a bug in a scanner, the tests of a tunnel. */
const aboutCode =
  /\b(?:bugs?|issues?|errors?|crash(?:es)?|typos?|warnings?|tests?|docs?|documentation|docstrings?|comments?|types?|names?|problems?|regressions?|failures?|memory leaks?|race conditions?)\b[^.;]{0,40}?\b(?:in|of|for|with|where|when|from)\b/i;

/** Where one clause ends and what negates it no longer reaches. */
const clauseEnd = /[,;:)]\s|[(—–]|\bbut\b|\bthen\b|\binstead,?(?! of)|\band (?:then|instead)\b/gi;
/** A heading above what must not be done. */
const forbiddenList =
  /\b(?:out of scope|off[- ]limits|forbidden|prohibited|not allowed|not permitted|never|don'ts?)\s*:[^.;]*$/i;

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

/**
 * Whether one of the sentences asks for what the patterns say. A sentence that names hosts or paths of its own asks for
 * an act on these, not for the same act on others.
 * @param targets lower-case hosts, paths and programs that the act is about
 */
export function asksFor(
  sentences: readonly string[],
  patterns: readonly RequestPattern[],
  targets: readonly string[],
): boolean {
  let spokenOf: Places = nowhere;
  return sentences.some((sentence) => {
    const lower = sentence.toLowerCase();
    const named = placesIn(lower);
    const own = named.hosts.length > 0 || named.paths.length > 0;
    // "Scan it": the places of the sentence before
    const places = own ? named : refersBack.test(lower) ? spokenOf : nowhere;
    if (own) spokenOf = named;
    return (
      patterns.some(({ verbs, objects }) =>
        placesOfWords(lower, verbs).some(
          (at) => isAsked(lower, at) && hasObject(objectsOf(lower, at), objects, targets),
        ),
      ) &&
      isOnPlaces(targets, places) !== false &&
      !isDenied(targets, lower)
    );
  });
}

const refersBack =
  /\b(?:it|its|this|that|them|these|those|(?:the|this|that) (?:host|machine|server|target|box|file|folder|directory|network|site|service))\b/;

function hasObject(text: string, objects: readonly string[], targets: readonly string[]): boolean {
  return objects.some((object) =>
    object === '{target}' || object === '{place}'
      ? targets.some((target) => (object === '{target}' || /[./]/.test(target)) && text.includes(target))
      : placesOfWords(text, [object]).some((at) => !isPartOfName(text, at + object.length)),
  );
}

/** Where one thing that is asked for ends and another begins: "change the parser so that the tests pass". */
const phraseEnd =
  /[;]|\b(?:so that|so as|but|then|until|while|without|before|after|because|to make|in order)\b|\band (?:then |also |please )?(?=(?:run|make|add|fix|check|ensure|verify|test|keep|let|see|report|tell|write|show|do|be|is|are|you|i|we|it|they|all)\b)/g;

/** Names something made or written: "the firewall documentation", "the history widget". */
const thing =
  /^[a-z]*['’]?s?[ -](?:documentation|docs?|readme|guide|tutorial|manual|chapter|section|page|class|module|component|widget|plugin|librar\w+|parser|model|endpoint|unit tests?|test cases?|test suite|feature|dialog|view|schema|docstrings?|examples?)\b/;
const isPartOfName = (text: string, end: number) => thing.test(text.slice(end, end + 40));

/**
 * What a verb may be about: what stands behind it, what a passive speaks of ("the disk can be wiped"), a word right
 * before it ("a port scan"). Places may stand anywhere in the phrase.
 */
function objectsOf(sentence: string, verb: number): string {
  const phrase = phraseAt(sentence, verb);
  const start = sentence.indexOf(phrase);
  const at = verb - start;
  if (at <= 0 || at > phrase.length) return phrase;
  const word = /^[a-z]+/.exec(phrase.slice(at))?.[0] ?? '';
  if (/(?:ed|pt|ut|en)$/.test(word) || /\b(?:it|its|them|these|those|this)\b/.test(phrase.slice(at)))
    return phrase;
  const isPlace = (one: string) => /[./~\d]/.test(one);
  const words = phrase.slice(0, at).split(/(?<=\s)/);
  const kept = words.map((one, index) => (index >= words.length - 2 || isPlace(one) ? one : ' '));
  return kept.join('') + phrase.slice(at);
}

/** The part of a sentence around a verb in which its object stands. */
function phraseAt(sentence: string, verb: number): string {
  let start = 0;
  for (const { index, 0: mark } of sentence.matchAll(phraseEnd)) {
    if (index > verb) return sentence.slice(start, index);
    start = index + mark.length;
  }
  return sentence.slice(start);
}

/** Whether the verb at a place is asked for, and not denied, explained or a word for something that exists. */
function isAsked(sentence: string, verb: number): boolean {
  const before = sentence.slice(0, verb).replace(/,\s*under (?:any|no) circumstances?\s*,/g, '');
  let clause = before;
  for (const { index, 0: mark } of before.matchAll(clauseEnd)) clause = before.slice(index + mark.length);
  if (negation.test(clause.slice(-60))) return false;
  if (isFeature(before, sentence.slice(verb))) return false;
  if (forbiddenList.test(before) || negatedBehind.test(sentence.slice(verb))) return false;
  const explained = before.split(/;|\bthen\b/).at(-1)!;
  return !explanation.test(explained) && !aboutCode.test(explained);
}

/** "Implement history clearing in the shell": the noun of a feature that is to be written, not an act. */
function isFeature(before: string, behind: string): boolean {
  return (
    /^[a-z]+?(?:ing|ion|ment|al)\b/.test(behind) &&
    /\b(?:implement|support|refactor|improve|rename|extend|rewrite|write (?:the )?code for|add (?:support for|a (?:button|command|option|flag|method|function) for))\w*\s+(?:[\w-]+\s+){0,4}$/.test(
      before,
    )
  );
}

/** Where words stand that begin with one of the stems, names of things and people left out: `scan`, not `scanner`. */
function placesOfWords(text: string, stems: readonly string[]): number[] {
  const places: number[] = [];
  for (const stem of stems) {
    for (let at = text.indexOf(stem); at >= 0; at = text.indexOf(stem, at + 1)) {
      if (at > 0 && /[a-z0-9]/.test(text[at - 1]!)) continue;
      const rest = /^[a-z]*/.exec(text.slice(at + stem.length))![0];
      if (!doer.test(rest)) places.push(at);
    }
  }
  return places.sort((a, b) => a - b);
}

const doer = /^(?:n|t|g|p|m)?(?:ers?|ors?|able|ability)$/;

interface Places {
  readonly hosts: readonly string[];
  readonly paths: readonly string[];
}
const nowhere: Places = { hosts: [], paths: [] };

const address = /\b\d{1,3}(?:\.\d{1,3}){3}(?:\/\d{1,2})?\b/g;
const hostName = /(?<![\w./@-])(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(?![\w(])/g;
const path = /(?<![\w.:/])(?:~|\/[\w.@+-]+)(?:\/[\w.@+*-]+)*\/?/g;
/** Endings of file names, which are no hosts. */
const fileEnding =
  /\.(?:py|js|ts|tsx|jsx|sh|rb|go|rs|c|h|cc|cpp|java|php|pl|txt|md|json|ya?ml|toml|cfg|conf|ini|log|csv|db|sql|xml|html?|lock|env|zip|gz|tar|pdf|png|service|so|exe|e\.g|i\.e)$/;

function placesIn(text: string): Places {
  const hosts = [...(text.match(address) ?? []), ...(text.match(hostName) ?? [])];
  return {
    hosts: hosts.filter((host) => !fileEnding.test(host)),
    paths: (text.match(path) ?? []).map((one) => one.replace(/[.,/]+$/, '')).filter((one) => one.length > 1),
  };
}

/** Whether an act is on the places that were named; undefined where act and places are of different kinds. */
function isOnPlaces(targets: readonly string[], { hosts, paths }: Places): boolean | undefined {
  const own = {
    hosts: targets.filter((one) => /^[\w-]+(?:\.[\w-]+)+$/.test(one) && !fileEnding.test(one)),
    paths: targets.filter((one) => /^[/~]/.test(one)),
  };
  const comparable = (own.hosts.length > 0 && hosts.length > 0) || (own.paths.length > 0 && paths.length > 0);
  if (!comparable) return undefined;
  return (
    own.hosts.some((one) => hosts.some((host) => coversHost(host, one))) ||
    own.paths.some((one) => paths.some((named) => one === named || one.startsWith(`${named}/`)))
  );
}

/** Whether an act is on a place that the sentence says to leave alone. */
function isDenied(targets: readonly string[], sentence: string): boolean {
  return sentence.split(clauseEnd).some((clause) => {
    const denial = negation.exec(clause);
    if (denial === null) return false;
    return isOnPlaces(targets, placesIn(clause.slice(denial.index))) === true;
  });
}

/** A network covers its addresses, a domain the names in it. */
function coversHost(named: string, host: string): boolean {
  if (named === host || host.endsWith(`.${named}`) || named.endsWith(`.${host}`)) return true;
  const [network, bits] = named.split('/');
  const a = numberOf(network!);
  const b = numberOf(host);
  if (bits === undefined || a === undefined || b === undefined) return false;
  const size = 2 ** (32 - Number(bits));
  return Math.floor(a / size) === Math.floor(b / size);
}

function numberOf(address: string): number | undefined {
  const parts = address.split('.').map(Number);
  return parts.length === 4 && parts.every((part) => part >= 0 && part <= 255)
    ? parts.reduce((sum, part) => sum * 256 + part, 0)
    : undefined;
}
