/** The spellings of tool calls in text that are known; `datasets/README.md` shows each. */
export const textCallStyles = [
  'function-xml',
  'invoke-xml',
  'hermes',
  'execute-tags',
  'templates',
  'fenced',
  'last-fence',
  'react',
  'terminus',
  'toolace',
  'json',
  'tool-tags',
  'run-tags',
] as const;
export type TextCallStyle = (typeof textCallStyles)[number];

/** Spellings that nobody uses but to call a tool. */
export const unambiguousStyles: readonly TextCallStyle[] = [
  'function-xml',
  'invoke-xml',
  'hermes',
  'execute-tags',
  'templates',
];

/** All others: a call where a tool has answered. */
export const answeredStyles: readonly TextCallStyle[] = [
  'fenced',
  'terminus',
  'react',
  'toolace',
  'json',
  'tool-tags',
  'run-tags',
];

/** A call as it stands in a text. */
export interface TextCall {
  readonly name: string;
  readonly arguments: string;
  readonly id?: string;
  /** UTF-16 offsets of all that makes up the call */
  readonly start: number;
  readonly end: number;
}

/** Finds the calls of one spelling. Never throws, and takes time linear in the text. */
export type StyleReader = (text: string) => TextCall[];
