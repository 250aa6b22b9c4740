import type { Item, Node, Value } from './value.ts';
import { compileShape, compileValue, type ValueTest } from './value-test.ts';
import type { EventView, Text } from './view.ts';

/** A piece of a condition, ready to be tested. */
export interface CompiledNode {
  readonly node: Node;
  readonly test: (view: EventView) => boolean;
  /** in the order of the rule */
  readonly children: readonly CompiledNode[];
  /** of an item, its values in the order of the rule */
  readonly values: readonly ValueTest[];
  /** rough time of a test */
  readonly cost: number;
}

/** Compiles a condition to closures. Of `and` and `or`, what costs least is tested first. */
export function compileNode(node: Node): CompiledNode {
  switch (node.kind) {
    case 'item':
      return compileItem(node);
    case 'not': {
      const child = compileNode(node.child);
      return { node, test: (view) => !child.test(view), children: [child], values: [], cost: child.cost };
    }
    case 'selection': {
      const child = compileNode(node.child);
      return { node, test: child.test, children: [child], values: [], cost: child.cost };
    }
    default: {
      const children = node.children.map(compileNode);
      const tests = [...children].sort((left, right) => left.cost - right.cost).map(({ test }) => test);
      const costs = children.map((child) => child.cost);
      const sum = costs.reduce((total, cost) => total + cost, 1);
      // `and` ends with the first child that fails, and the cheapest goes first
      const cost = node.kind === 'and' ? Math.min(sum, Math.min(...costs) + sum / 10) : sum;
      const test = node.kind === 'and' ? allOf(tests) : anyOf(tests);
      return { node, test, children, values: [], cost };
    }
  }
}

type Test = (view: EventView) => boolean;

function allOf(tests: readonly Test[]): Test {
  const [first, second] = tests;
  if (first !== undefined && tests.length === 1) return first;
  if (first !== undefined && second !== undefined && tests.length === 2) {
    return (view) => first(view) && second(view);
  }
  return (view) => {
    for (const test of tests) if (!test(view)) return false;
    return true;
  };
}

function anyOf(tests: readonly Test[]): Test {
  const [first] = tests;
  if (first !== undefined && tests.length === 1) return first;
  return (view) => {
    for (const test of tests) if (test(view)) return true;
    return false;
  };
}

function compileItem(item: Item): CompiledNode {
  const values = item.values.map((value) => compileValue(value, item.field === undefined));
  const cost = values.reduce((total, value) => total + value.cost, 1) * (item.field === undefined ? 5 : 1);
  const met = item.field === undefined ? keywordTest(item, values) : fieldTest(item.field, item, values);
  const test: Test = item.negated ? (view) => !met(view) : met;
  return { node: item, test, children: [], values, cost };
}

function fieldTest(field: string, item: Item, values: readonly ValueTest[]): Test {
  const ordered = [...values].sort((left, right) => left.cost - right.cost);
  if (item.every || values.some((value) => value.text === undefined)) {
    const tests = ordered.map(
      (value): Test =>
        (view) =>
          value.field(view, field),
    );
    return item.every ? allOf(tests) : anyOf(tests);
  }
  const meets = anyText(item.values, ordered);
  return (view) => {
    for (const text of view.texts(field)) if (meets(text)) return true;
    return false;
  };
}

function keywordTest(item: Item, values: readonly ValueTest[]): Test {
  const tests = values.map((value): Test => {
    return (view) =>
      view.fieldNames.some((field) => view.texts(field).some((text) => meetsKeyword(text, value)));
  });
  return item.every ? allOf(tests) : anyOf(tests);
}

/** Keywords are looked for in texts and numbers, the way they would stand in a line of a log. */
export function meetsKeyword(text: Text, value: ValueTest): boolean {
  return typeof text.value !== 'boolean' && value.text!(text);
}

/**
 * Whether a text meets any of the values. Whole texts to compare with, and names at the end of a path (`/curl`), if many,
 * are looked up at once.
 */
function anyText(values: readonly Value[], tests: readonly ValueTest[]): (text: Text) => boolean {
  const whole = new Set<string>();
  const names = new Set<string>();
  const isLong = values.length > 4;
  const others: ((text: Text) => boolean)[] = [];
  for (const { value, text } of tests) {
    const shape = value.kind === 'text' && !value.cased ? compileShape(value.pattern, false) : undefined;
    if (isLong && shape?.kind === 'equals') whole.add(shape.literal);
    else if (isLong && shape?.kind === 'endswith' && shape.literal.lastIndexOf('/') === 0)
      names.add(shape.literal);
    else others.push(text!);
  }
  const [first] = others;
  if (whole.size + names.size === 0 && others.length === 1 && first !== undefined) return first;
  return (text) => {
    if (whole.size > 0 && whole.has(text.folded)) return true;
    if (names.size > 0) {
      const slash = text.folded.lastIndexOf('/');
      if (slash >= 0 && names.has(text.folded.slice(slash))) return true;
    }
    for (const meets of others) if (meets(text)) return true;
    return false;
  };
}
