import type { Content } from '../content.ts';
import type { Expression, Parameter, Statement } from './ast.ts';

/** What an expression is known to be, as far as it can be told without running anything. */
export type Value =
  | string
  | number
  | boolean
  | null
  | Bytes
  | List
  | Dict
  | Reference
  | Closure
  | Instance
  | Unknown;

/** A byte string, one character a byte. */
export interface Bytes {
  readonly kind: 'bytes';
  readonly bytes: string;
}

export interface List {
  readonly kind: 'list';
  readonly items: Value[];
  readonly tuple?: boolean;
  /** counted, not written: a loop over it is gone through once */
  readonly range?: boolean;
}

export interface Dict {
  readonly kind: 'dict';
  readonly entries: Map<string, Value>;
}

/** A name of a module or something in it: `os.system`; `self` for the method of an object. */
export interface Reference {
  readonly kind: 'reference';
  readonly path: string;
  /** the name's root was imported */
  readonly imported: boolean;
  readonly self?: Value;
}

/** A function defined in the text. */
export interface Closure {
  readonly kind: 'closure';
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly body: readonly Statement[];
  readonly scope: Scope;
  readonly self?: Value;
}

/** An object made by a call: its type is the dotted name of what made it. */
export interface Instance {
  readonly kind: 'instance';
  readonly type: string;
  readonly data: Map<string, Value>;
}

/** Nothing known but how it is written, and perhaps where it comes from. */
export interface Unknown {
  readonly kind: 'unknown';
  readonly text: string;
  readonly content?: Content;
}

/** Names and what they stand for, inner scopes first. */
export interface Scope {
  readonly names: Map<string, Value>;
  readonly parent?: Scope;
}

export function unknown(text: string, content?: Content): Unknown {
  return content === undefined ? { kind: 'unknown', text } : { kind: 'unknown', text, content };
}

export function list(items: Value[], tuple = false): List {
  return tuple ? { kind: 'list', items, tuple } : { kind: 'list', items };
}

export function bytes(text: string): Bytes {
  return { kind: 'bytes', bytes: text };
}

export function instance(type: string, data: Record<string, Value | undefined> = {}): Instance {
  const map = new Map<string, Value>();
  for (const [name, value] of Object.entries(data)) if (value !== undefined) map.set(name, value);
  return { kind: 'instance', type, data: map };
}

export function isObject(
  value: Value | undefined,
): value is Exclude<Value, string | number | boolean | null> {
  return typeof value === 'object' && value !== null;
}

export function isList(value: Value | undefined): value is List {
  return isObject(value) && value.kind === 'list';
}

export function isUnknown(value: Value | undefined): value is Unknown {
  return isObject(value) && value.kind === 'unknown';
}

export function isInstance(value: Value | undefined, type?: string): value is Instance {
  return isObject(value) && value.kind === 'instance' && (type === undefined || value.type === type);
}

/** The text of a string or a byte string; `undefined` for anything else. */
export function textOf(value: Value | undefined): string | undefined {
  if (typeof value === 'string') return value;
  return isObject(value) && value.kind === 'bytes' ? decodeBytes(value.bytes) : undefined;
}

/** The bytes of a string or a byte string, one character a byte. */
export function bytesOf(value: Value | undefined): string | undefined {
  if (typeof value === 'string') return Buffer.from(value, 'utf8').toString('latin1');
  if (isObject(value) && value.kind === 'bytes') return value.bytes;
  if (isList(value) && value.items.every((item) => typeof item === 'number')) {
    return value.items.map((item) => String.fromCharCode((item as number) & 0xff)).join('');
  }
  return undefined;
}

export function decodeBytes(text: string): string {
  return /[\x80-\xff]/.test(text) ? Buffer.from(text, 'latin1').toString('utf8') : text;
}

/** The content that a value is read from: itself, where it is text. */
export function contentOf(value: Value | undefined): Content | undefined {
  const text = textOf(value);
  if (text !== undefined) return { kind: 'text', text };
  if (isUnknown(value)) return value.content;
  if (isInstance(value)) {
    const content = value.data.get('content');
    return content === undefined ? undefined : contentOf(content);
  }
  return undefined;
}

/** The place where a name is bound, from the inside out. */
export function find(scope: Scope, name: string): Value | undefined {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    const value = at.names.get(name);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** Expressions and statements share positions: the text of one. */
export function written(source: string, node: Pick<Expression, 'start' | 'end'>): string {
  return source.slice(node.start, Math.min(node.end, node.start + 2_000));
}

/** The values that a loop goes through, where they are known. */
export function iterated(value: Value): Value[] | undefined {
  if (isList(value)) return value.items;
  if (typeof value === 'string') return [...value];
  if (isObject(value) && value.kind === 'bytes')
    return [...value.bytes].map((character) => character.charCodeAt(0));
  if (isObject(value) && value.kind === 'dict') return [...value.entries.keys()];
  return undefined;
}
