import { suggestion } from '../suggest.ts';
import type { MapEntry, ScalarNode, YamlNode } from './document.ts';
import { nounOf } from './meta.ts';
import type { Placeholders } from './modifier.ts';
import { applyModifier, isSlow, listModifiers, modifierNames, plainValue } from './modifiers.ts';
import type { Reporter } from './problems.ts';
import type { Item, Node, Value } from './value.ts';

/** What the detections of a rule are read against. */
export interface DetectionContext {
  readonly reporter: Reporter;
  readonly placeholders: Placeholders;
  /** fields that the events of the rule may have, and what to call those events */
  readonly fields: readonly string[];
  readonly category: string;
}

/**
 * Reads a selection: a map (all of its lines), a list of maps (any of them), or keywords (a text or list of texts,
 * any of them). Undefined where it has an error, which is reported.
 */
export function readSelection(name: string, entry: MapEntry, context: DetectionContext): Node | undefined {
  const child = readDetection(name, entry.value, entry.line, context);
  return child === undefined ? undefined : { kind: 'selection', name, child };
}

function readDetection(
  name: string,
  node: YamlNode,
  line: number,
  context: DetectionContext,
): Node | undefined {
  const { reporter } = context;
  if (node.kind === 'scalar') {
    if (node.value !== null) return readItem('', [node], line, context);
    reporter.error('sigma-empty-detection', `selection '${name}' is empty`, line);
    return undefined;
  }
  const pieces = node.kind === 'map' ? node.entries : node.items;
  if (pieces.length === 0) {
    reporter.error('sigma-empty-detection', `selection '${name}' is empty`, line);
    return undefined;
  }
  if (node.kind === 'map') {
    const items = node.entries.map((entry) => readField(entry, context));
    return linked('and', items);
  }
  const scalars = node.items.filter((item) => item.kind === 'scalar');
  if (scalars.length === node.items.length) return readItem('', scalars, line, context);
  return linked(
    'or',
    node.items.map((item) => readDetection(name, item, item.line, context)),
  );
}

function linked(kind: 'and' | 'or', children: readonly (Node | undefined)[]): Node | undefined {
  const read = children.filter((child) => child !== undefined);
  if (read.length < children.length) return undefined;
  return read.length === 1 ? read[0] : { kind, label: '', children: read };
}

function readField({ key, value, line }: MapEntry, context: DetectionContext): Item | undefined {
  const { reporter } = context;
  const items = value.kind === 'list' ? value.items : [value];
  const scalars: ScalarNode[] = [];
  for (const item of items) {
    if (item.kind === 'scalar') scalars.push(item);
    else
      reporter.error(
        'sigma-bad-value',
        `value of '${key}' must be a text or number, found ${nounOf(item)}`,
        item.line,
      );
  }
  if (items.length === 0)
    reporter.error('sigma-empty-detection', `'${key}' has an empty list of values`, line);
  return scalars.length === 0 || scalars.length < items.length
    ? undefined
    : readItem(key, scalars, line, context);
}

function readItem(
  key: string,
  nodes: readonly ScalarNode[],
  line: number,
  context: DetectionContext,
): Item | undefined {
  const { reporter } = context;
  const [field = '', ...modifiers] = key.split('|');
  const known = checkModifiers(key, modifiers, line, reporter);
  const fieldKnown = field === '' || checkField(field, line, context);
  if (!known || !fieldKnown) return undefined;
  const values: Value[] = [];
  for (const node of nodes) {
    const value = readValue(node, modifiers, field !== '', context);
    if (value !== undefined) values.push(value);
  }
  if (values.length < nodes.length) return undefined;
  const every = modifiers.includes('all');
  lint(key, modifiers, values, line, reporter);
  return {
    kind: 'item',
    key,
    ...(field === '' ? {} : { field }),
    modifiers,
    values,
    every,
    negated: modifiers.includes('neq'),
    line,
  };
}

function checkModifiers(
  key: string,
  modifiers: readonly string[],
  line: number,
  reporter: Reporter,
): boolean {
  let valid = true;
  for (const [index, modifier] of modifiers.entries()) {
    if (!modifierNames.includes(modifier)) {
      const remedy = suggestion(modifier, modifierNames, `known are ${modifierNames.join(', ')}`);
      reporter.error('sigma-unknown-modifier', `unknown modifier '${modifier}' in '${key}'`, line, remedy);
    } else if (modifiers.indexOf(modifier) < index) {
      reporter.error('sigma-bad-modifier', `modifier '${modifier}' stands twice in '${key}'`, line);
    } else continue;
    valid = false;
  }
  return valid;
}

function checkField(field: string, line: number, { fields, category, reporter }: DetectionContext): boolean {
  if (fields.includes(field)) return true;
  const remedy = suggestion(field, fields, `${category} has ${fields.join(', ')}`);
  reporter.error('sigma-unknown-field', `unknown field '${field}' of ${category}`, line, remedy);
  return false;
}

function readValue(
  node: ScalarNode,
  modifiers: readonly string[],
  hasField: boolean,
  context: DetectionContext,
): Value | undefined {
  const { reporter, placeholders } = context;
  const warn = (code: string, message: string, remedy?: string) => {
    reporter.warn(code, message, node.line, remedy);
  };
  let value = plainValue(node);
  if (!hasField && (value.kind === 'null' || value.source === '')) {
    reporter.error(
      'sigma-bad-value',
      `${value.source === '' ? 'empty keyword' : 'null without a field'}`,
      node.line,
    );
    return undefined;
  }
  const before: string[] = [];
  for (const modifier of modifiers) {
    if (listModifiers.includes(modifier)) continue;
    const outcome = applyModifier(modifier, value, { placeholders, hasField, warn }, before);
    if ('problem' in outcome) {
      reporter.error(outcome.code, outcome.problem, node.line, outcome.remedy);
      return undefined;
    }
    value = outcome;
    before.push(modifier);
  }
  return checkValue(value, node.line, context) ? value : undefined;
}

/** What can only be said of a value once all modifiers are applied. */
function checkValue(value: Value, line: number, context: DetectionContext): boolean {
  if (value.kind === 'any') return value.values.every((one) => checkValue(one, line, context));
  if (value.kind === 'field') return checkField(value.field, line, context);
  if (value.kind !== 'text' || value.bytesOnly !== true) return true;
  const problem = `value '${value.source}' is not ASCII: as UTF-16 it can only be looked for in base64`;
  context.reporter.error('sigma-bad-value', problem, line, "add 'base64' or 'base64offset'");
  return false;
}

function lint(
  key: string,
  modifiers: readonly string[],
  values: readonly Value[],
  line: number,
  reporter: Reporter,
): void {
  if (modifiers.includes('all') && values.length === 1) {
    reporter.warn('sigma-needless-modifier', `'${key}' asks for all of one value`, line, "leave out 'all'");
  }
  if (values.length > 1 && values.some((value) => value.kind === 'null')) {
    const remedy = 'give null a selection of its own';
    reporter.warn('sigma-null-in-list', `null among the values of '${key}'`, line, remedy);
  }
  if (modifiers.includes('base64offset') && !modifiers.includes('contains')) {
    const remedy = "add 'contains' after 'base64offset'";
    reporter.warn(
      'sigma-useless-modifier',
      `'${key}' asks for a field that is part of a base64 text`,
      line,
      remedy,
    );
  }
  if (values.some(isSlow)) {
    const remedy = 'lower its counts ({n,m})';
    reporter.warn('sigma-slow-regex', `pattern of '${key}' is large and may be slow`, line, remedy);
  }
}
