import type { CompiledSpec } from '../trajectory/compile.ts';

/** Columns that say what language a row is in. No spec names them: nothing else reads them. */
export const languageNames: ReadonlySet<string> = new Set([
  'language',
  'lang',
  'repo_language',
  'programming_language',
]);

/** What of a row's metadata counts among its facts. */
export const factNames: ReadonlySet<string> = new Set(['source', 'task', 'model', 'reward', 'success']);

/** Bytes of a text that are looked at. */
export const longestFact = 400;

/** Tools of one row that are told apart. */
export const mostTools = 40;

export type Scalar = string | number | boolean;

/** A fact from the value that stands for it, as `trajectory/metadata.ts` reads it; undefined where it is none. */
export function factOf(name: string, value: Scalar | undefined): Scalar | undefined {
  if (value === undefined) return undefined;
  if (name === 'reward') return numberOf(value);
  if (name === 'success') return truthOf(value);
  const text = String(value);
  return text === '' ? undefined : text;
}

function numberOf(value: Scalar): number | undefined {
  if (typeof value === 'boolean') return value ? 1 : 0;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

function truthOf(value: Scalar): boolean | undefined {
  if (typeof value === 'boolean') return value;
  const word = String(value).toLowerCase();
  if (word === '1' || word === 'true') return true;
  return word === '0' || word === 'false' ? false : undefined;
}

/** The fields in which names of tools are, as dotted names below a step. */
export function toolFields({ cases }: CompiledSpec): string[] {
  return cases
    .flatMap(({ fields }) => fields.calls)
    .flatMap(({ in: within, name }) => {
      if ('is' in name) return [];
      return name.flatMap((at) => (within ?? [{ text: '' }]).map(({ text }) => dotted(text, at.text)));
    });
}

function dotted(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('.');
}
