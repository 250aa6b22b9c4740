/** A part of a text that speaks to the agent as if it might give it orders. */
export interface Passage {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** it takes back what was asked before, hides itself, or asks for silence: no honest text does so */
  readonly strong: boolean;
}

/** What asks to keep something from the user. */
export const silence: readonly (readonly string[])[] = [
  'not tell',
  'not mention',
  'not inform',
  'not notify',
  'not reveal',
  'not show',
  'not report',
  'not disclose',
  'not alert',
  'not ask',
  "n't tell",
  "n't mention",
  'never tell',
  'never mention',
  'never ask',
  'without telling',
  'without informing',
  'without notifying',
  'without asking',
  'without mentioning',
].map((words) => [words]);

/**
 * Words of which one group must stand in a text before it is looked at. The prefilter asks for the same, so that it
 * changes nothing in what is found.
 */
export const marks: readonly (readonly string[])[] = [
  ...['ignore', 'disregard', 'forget', 'override', 'discard'].flatMap((verb) =>
    ['instruction', 'previous', 'prior', 'prompt', 'rule', 'everything', 'guideline'].map((object) => [
      verb,
      object,
    ]),
  ),
  ...silence,
  ...[
    '<information>',
    '<important>',
    '<system>',
    '<admin>',
    '<instruction',
    '<hidden>',
    '<secret>',
    '<|im_start|>',
    '<|start_header_id|>',
    '[inst]',
    '[system]',
    '## system',
    '## new instruction',
    'instructions:',
    'instruction:',
    'directive:',
    'directives:',
    'orders:',
    'important message from',
    'the following instruction',
  ].map((words) => [words]),
  ...['assistant', 'agent', ' ai', 'llm', 'claude', 'gpt', 'gemini', 'copilot'].map((name) => ['<!--', name]),
  ...[
    'ai agent',
    'ai assistant',
    'ai model',
    'ai bot',
    'llm agent',
    'llm assistant',
    'language model',
    'coding agent',
    'coding assistant',
    'automated agent',
    'automated assistant',
    'an ai ',
    'action required',
    'important:',
    'important!',
    'urgent:',
    'urgent!',
    'critical:',
    'mandatory',
  ].map((words) => [words]),
];

/** Cheaper to ask first than all of them. */
const anyMark = new RegExp(
  [...new Set(marks.map(([word]) => word!.replace(/[[\]|]/g, '\\$&')))].join('|'),
  'i',
);

/** Characters behind a mark that are taken as its order, and before it. */
const reach = 700;
const lead = 160;

/** Takes back earlier instructions, or claims to speak for those who may give them. */
const strong = [
  /\b(?:ignore|disregard|forget|override|discard)\s+(?:\w+\s+){0,3}?(?:previous|prior|above|earlier|preceding|former|original|current|other|your|all)\s+(?:\w+\s+)?(?:instruction|prompt|direction|message|rule|task|request|command|guideline|context|order)/gi,
  /\bforget (?:everything|all) (?:above|before|you (?:were|have been))/gi,
  /\b(?:(?:do|must|should|may|will) not|don't|never|without) (?:tell|mention|inform|notify|alert|reveal|disclos|report|ask|show)(?:ing|e|ed)?\b[^.\n]{0,30}\b(?:user|human|anyone|operator|customer|owner)/gi,
  /<\s*(?:information|important|system|admin|instructions?|hidden|secret)\s*>/gi,
  /<\|(?:im_start|start_header_id|system)\|>|\[\/?(?:INST|SYSTEM)\]|^#{2,} ?(?:system|new instructions?)\b/gim,
  /\bimportant message from (?:me|the user|your (?:user|developer|operator|admin))/gi,
  /\byou must (?:strictly )?(?:adhere to|follow|obey) the following/gi,
  /\b(?:new|updated|real|actual|additional|override) (?:system )?(?:instructions?|directives?|orders)\s*(?:for (?:the )?(?:ai|agent|assistant|model))?\s*:/gi,
  /<!--[^>]{0,300}\b(?:assistant|agents?|ai|llm|claude|gpt|gemini|copilot)\b[^>]{0,400}-->/gi,
] as const;

/** Speaks to an agent, without more. */
const weak = [
  /\b(?:note|attention|dear|hey|hello|hi|to|for|instructions? for|message (?:to|for))[ ,:]+(?:the |all |any )?(?:ai|llm|language[- ]model|coding)[ -]?(?:agents?|assistants?|models?|bots?)?\b/gi,
  /\b(?:ai|llm|language[- ]model|coding|automated) ?(?:agents?|assistants?|models?|bots?)\b[^.\n]{0,60}\b(?:must|should|need to|have to|please|are (?:required|instructed|asked|expected) to)\b/gi,
  /\b(?:if you are|as) an? (?:ai|llm|language model|automated|coding) ?(?:agent|assistant|model|bot)?\b/gi,
  /\b(?:important|urgent|critical|mandatory|action required|todo for (?:you|the agent|ai))\s*[:!-]+\s*(?:\w+\s+){0,6}?(?:you (?:must|should|need to|have to)|please|run|execute|send|transfer|forward|call|open|visit|download|install|delete|reply)\b/gi,
] as const;

/** The passages of a text. */
export function passagesOf(text: string): Passage[] {
  if (!anyMark.test(text)) return [];
  const lower = text.toLowerCase();
  if (!marks.some((words) => words.every((word) => lower.includes(word)))) return [];
  const found: Passage[] = [];
  for (const [patterns, isStrong] of [
    [strong, true],
    [weak, false],
  ] as const) {
    for (const pattern of patterns) {
      for (const { index } of text.matchAll(pattern)) {
        const start = Math.max(0, index - lead);
        const end = Math.min(text.length, index + reach);
        found.push({ text: text.slice(start, end), start, end, strong: isStrong });
        if (found.length >= 40) return found;
      }
    }
  }
  return found;
}

/** Something that a passage names, by which doing as it says can be told. */
export interface Token {
  readonly text: string;
  /** an address, an account or a host: what an order is about when it harms */
  readonly outward: boolean;
}

const outward = [
  /\b(?:https?|ftp|wss?):\/\/[^\s"'<>`)\]}\\]+/gi,
  /\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b/g,
  /\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b/g,
  /\b(?:www\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|net|org|io|xyz|ru|cn|info|biz|top|site|online|dev|app|me|co|example|test|invalid)(?:\/[^\s"'<>`)\]}\\]*)?/gi,
  /\b[A-Z]{2}\d{2}[A-Z0-9]{10,30}\b/g,
  /\+\d[\d -]{7,}\d\b/g,
  /(?<![\w.-])\d{7,20}(?![\w.-])/g,
] as const;

const inward = [
  /`([^`\n]{5,200})`/g,
  /(?:^|\s)\$ ([^\n]{5,200})/g,
  /(?:^|[\s"'(=])(~\/[\w.@+-]+(?:\/[\w.@+*-]+)*|\.{0,2}\/[\w.@~+-]+(?:\/[\w.@~+*-]+)+)/g,
  /["“']([^"”'\n]{8,120})["”']/g,
  /\b([\w-]+\.(?:py|sh|js|ts|json|ya?ml|env|pem|key|txt|csv|db|sql|conf|cfg|toml|zip|tar|gz|whl|exe|bin|ps1))\b/g,
  /\b((?:curl|wget|bash|sh|python3?|node|npm|npx|pip3?|git|rm|chmod|nc|ssh|scp|cat|echo|sudo|docker|base64|eval)\s+[^\n.;`"<]{6,160})/g,
] as const;

/** What a passage names, longest first. */
export function tokensOf(passage: Passage): Token[] {
  const tokens = new Map<string, Token>();
  const add = (text: string, isOutward: boolean) => {
    const word = text.trim().replace(/[.,;:!?]+$/, '');
    if (word.length >= 5 && !tokens.has(word)) tokens.set(word, { text: word, outward: isOutward });
  };
  for (const pattern of outward) for (const [word] of passage.text.matchAll(pattern)) add(word, true);
  for (const pattern of inward) for (const [, word] of passage.text.matchAll(pattern)) add(word!, false);
  return [...tokens.values()].sort((a, b) => b.text.length - a.text.length).slice(0, 60);
}
