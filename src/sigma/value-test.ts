import { foldCase } from './fold.ts';
import { anyRun, findShape, joinParts, type Pattern, type Shape, type Span, shapeOf } from './glob.ts';
import { inNetwork } from './network.ts';
import { timePartOf } from './time-part.ts';
import type { Comparison, Position, Value } from './value.ts';
import type { EventView, Text } from './view.ts';

/** A value ready to be compared. */
export interface ValueTest {
  readonly value: Value;
  /** Whether one text of a field meets it; absent for values that look at the field or event as a whole. */
  readonly text?: (text: Text) => boolean;
  /** Whether the field meets it: one of its texts, where it has several. */
  readonly field: (view: EventView, field: string) => boolean;
  /** Where in a text that meets it the literal stands. */
  readonly find: (text: Text) => Span | undefined;
  /** rough time of one comparison: cheap ones go first */
  readonly cost: number;
}

/** @param keyword whether the value is looked for anywhere in a text, not compared with the whole of it */
export function compileValue(value: Value, keyword: boolean): ValueTest {
  switch (value.kind) {
    case 'text': {
      const shape = compileShape(keyword ? anywhere(value.pattern) : value.pattern, value.cased);
      const read = value.cased ? raw : folded;
      const test = textTest(value, shapeTest(shape, read), costOfShape(shape));
      return { ...test, find: (text) => findShape(shape, read(text)) };
    }
    case 'number': {
      if (keyword)
        return compileValue({ ...value, kind: 'text', pattern: [value.source], cased: false }, true);
      const number = String(value.number);
      return textTest(value, (text) => text.raw === number || text.raw === value.source, 1);
    }
    case 'boolean': {
      const word = String(value.boolean);
      if (keyword) return compileValue({ ...value, kind: 'text', pattern: [word], cased: false }, true);
      return textTest(value, (text) => text.folded === word, 1);
    }
    case 'regex': {
      const { regex } = value;
      const test = textTest(value, (text) => regex.test(text), 50);
      return { ...test, find: (text) => regex.find(text) };
    }
    case 'network':
      return textTest(value, (text) => inNetwork(text.raw, value.network), 20);
    case 'comparison':
      return textTest(value, (text) => compareNumber(text, value), 4);
    case 'any': {
      const tests = value.values.map((one) => compileValue(one, keyword));
      const cost = sum(tests.map((test) => test.cost));
      if (tests.some((test) => test.text === undefined)) {
        return fieldTest(value, (view, field) => tests.some((test) => test.field(view, field)), cost);
      }
      const test = textTest(value, (text) => tests.some((one) => one.text!(text)), cost);
      return { ...test, find: (text) => tests.find((one) => one.text!(text))?.find(text) };
    }
    case 'null':
      return fieldTest(value, (view, field) => view.texts(field).length === 0, 1);
    case 'exists':
      return fieldTest(value, (view, field) => view.has(field) === value.expected, 1);
    case 'field':
      return fieldTest(value, (view, field) => compareFields(view, field, value), 4);
  }
}

function textTest(value: Value, text: (text: Text) => boolean, cost: number): ValueTest {
  const field = (view: EventView, name: string) => view.texts(name).some(text);
  return { value, text, field, find: wholeText, cost };
}

function fieldTest(value: Value, field: ValueTest['field'], cost: number): ValueTest {
  return { value, field, find: () => undefined, cost };
}

const raw = (text: Text) => text.raw;
const folded = (text: Text) => text.folded;
const wholeText = (text: Text): Span => [0, text.raw.length];

function anywhere(pattern: Pattern): Pattern {
  return joinParts([anyRun, ...pattern, anyRun]);
}

/** A pattern's shape; folded, unless its letters are to be compared as they are. */
export function compileShape(pattern: Pattern, cased: boolean): Shape {
  if (cased) return shapeOf(pattern);
  return shapeOf(pattern.map((part) => (typeof part === 'string' ? foldCase(part) : part)));
}

function shapeTest(shape: Shape, read: (text: Text) => string): (text: Text) => boolean {
  switch (shape.kind) {
    case 'any':
      return () => true;
    case 'equals':
      return (text) => read(text) === shape.literal;
    case 'startswith':
      return (text) => read(text).startsWith(shape.literal);
    case 'endswith':
      return (text) => read(text).endsWith(shape.literal);
    case 'contains':
      return (text) => read(text).includes(shape.literal);
    case 'glob':
      return (text) => shape.glob.find(read(text)) !== undefined;
  }
}

function costOfShape(shape: Shape): number {
  return { any: 1, equals: 1, startswith: 1, endswith: 1, contains: 3, glob: 8 }[shape.kind];
}

/** The number that a field holds: a number, or its decimal digits. */
export function numberOf(text: Text): number | undefined {
  if (typeof text.value === 'number') return text.value;
  return /^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?\s*$/i.test(text.raw) ? Number(text.raw) : undefined;
}

function compareNumber(text: Text, value: Value & { kind: 'comparison' }): boolean {
  const { part, comparison, number } = value;
  const given = part === undefined ? numberOf(text) : timePartOf(text.value, part);
  return given !== undefined && compare(given, comparison, number);
}

/** Whether `left` stands to `right` as the comparison says. */
export function compare(left: number, comparison: Comparison, right: number): boolean {
  switch (comparison) {
    case 'lt':
      return left < right;
    case 'lte':
      return left <= right;
    case 'gt':
      return left > right;
    case 'gte':
      return left >= right;
    case 'eq':
      return left === right;
    case 'neq':
      return left !== right;
  }
}

function compareFields(view: EventView, field: string, value: Value & { kind: 'field' }): boolean {
  const read = value.cased ? raw : folded;
  const others = view.texts(value.field);
  return view.texts(field).some((text) => {
    return others.some((other) => stands(read(other), read(text), value.position));
  });
}

function stands(piece: string, text: string, position: Position): boolean {
  switch (position) {
    case 'equals':
      return text === piece;
    case 'contains':
      return text.includes(piece);
    case 'startswith':
      return text.startsWith(piece);
    case 'endswith':
      return text.endsWith(piece);
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
