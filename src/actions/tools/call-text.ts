import type { Language } from '../frame.ts';

/** A text of a tool call and what the tool does with it. */
export type CallText =
  /** run in a language */
  | {
      readonly role: 'code';
      readonly argument: string;
      readonly text: string;
      readonly language: Language;
      readonly offset: number;
      readonly directory?: string;
    }
  /** written to a file, whole or in part */
  | {
      readonly role: 'write';
      readonly argument: string;
      readonly path: string;
      readonly text: string;
      readonly operation: 'create' | 'append';
      readonly replaces?: string;
    }
  | { readonly role: 'read' | 'delete'; readonly argument: string; readonly path: string }
  | { readonly role: 'move'; readonly argument: string; readonly path: string; readonly target: string }
  | { readonly role: 'patch'; readonly argument: string; readonly text: string }
  | {
      readonly role: 'fetch';
      readonly argument: string;
      readonly url: string;
      readonly method?: string;
      readonly payload?: string;
      readonly target?: string;
    };
