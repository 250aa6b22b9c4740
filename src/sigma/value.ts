import type { Pattern } from './glob.ts';
import type { Network } from './network.ts';
import type { Regex } from './regex.ts';
import type { TimePart } from './time-part.ts';

/** How a number is compared. */
export type Comparison = 'lt' | 'lte' | 'gt' | 'gte' | 'eq' | 'neq';

/** Where in a field another text must stand. */
export type Position = 'equals' | 'contains' | 'startswith' | 'endswith';

/** A value of a detection item after its modifiers. `source` is the value as the rule has it, for messages. */
export type Value =
  | {
      readonly kind: 'text';
      readonly source: string;
      readonly pattern: Pattern;
      readonly cased: boolean;
      /** the value encoded, where a modifier encoded it: what base64 is made of */
      readonly bytes?: Uint8Array;
      /** set where the value has no encoded form as text: base64 must follow */
      readonly bytesOnly?: true;
    }
  | { readonly kind: 'number'; readonly source: string; readonly number: number }
  | { readonly kind: 'boolean'; readonly source: string; readonly boolean: boolean }
  | { readonly kind: 'null'; readonly source: string }
  | { readonly kind: 'exists'; readonly source: string; readonly expected: boolean }
  | {
      readonly kind: 'regex';
      readonly source: string;
      readonly regex: Regex;
      /** the pattern as the rule has it */
      readonly pattern: string;
    }
  | { readonly kind: 'network'; readonly source: string; readonly network: Network }
  | {
      readonly kind: 'comparison';
      readonly source: string;
      readonly comparison: Comparison;
      readonly number: number;
      /** the part of a date that is compared, where it is not the field itself */
      readonly part?: TimePart;
    }
  | {
      readonly kind: 'field';
      readonly source: string;
      readonly field: string;
      readonly position: Position;
      readonly cased: boolean;
    }
  /** made of one value by a modifier: any of them will do, even where `all` asks for every value */
  | { readonly kind: 'any'; readonly source: string; readonly values: readonly Value[] };

/** One line of a detection: a field with its modifiers and values; a keyword search where it names no field. */
export interface Item {
  readonly kind: 'item';
  /** field and modifiers as the rule has them */
  readonly key: string;
  readonly field?: string;
  readonly modifiers: readonly string[];
  readonly values: readonly Value[];
  /** `all`: every value must be met, not just one */
  readonly every: boolean;
  /** `neq`: met where the values are not */
  readonly negated: boolean;
  readonly line: number;
}

/** A rule's condition with everything it names put in its place. */
export type Node =
  | {
      readonly kind: 'and' | 'or';
      /** what the rule calls it, e.g. `1 of selection_*`; empty for a map, a list, `and` and `or` */
      readonly label: string;
      readonly children: readonly Node[];
    }
  | { readonly kind: 'not'; readonly child: Node }
  | { readonly kind: 'selection'; readonly name: string; readonly child: Node }
  | Item;
