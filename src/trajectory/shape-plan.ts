import { isText, type Leaf, listElement, type SchemaNode } from '../parquet/schema.ts';
import { argumentFields, fieldSurfaces, meets, resultTexts } from './case-surfaces.ts';
import type { CompiledSpec, ListPlace } from './compile.ts';
import { listOutline, stepOutline } from './outline.ts';
import type { Path } from './path.ts';
import { columnAt, type NamedLeaf, namedLeaves, nodeAt } from './schema-node.ts';
import type { StepList, TextLeaf } from './shape.ts';
import { everySurface, surfaceBit } from './surface.ts';
import type { Condition } from './tests.ts';

/** How each leaf of a file is searched; undefined where the schema has no place for the steps. */
export function planShape(compiled: CompiledSpec, root: SchemaNode): Plan | undefined {
  const plan = new Plan();
  if (compiled.spec.unit === 'step') {
    plan.readFirst = true;
    return plan;
  }
  plan.places = compiled.lists.filter((place) => planList(compiled, place, root, plan)).length;
  if (plan.places === 0) return undefined;
  for (const { at } of compiled.before) for (const path of at) planBefore(path, root, plan);
  return plan;
}

/** What is found out about the columns, list by list. */
export class Plan {
  readonly texts = new Map<Leaf, TextLeaf>();
  readonly lists: StepList[] = [];
  /** leaves that hold whole lists */
  documents = 0;
  /** lists of the spec that the schema has a place for */
  places = 0;
  readFirst = false;
}

function planList(compiled: CompiledSpec, place: ListPlace, root: SchemaNode, plan: Plan): boolean {
  if (place.when !== undefined) plan.readFirst = true;
  if (place.flattened !== undefined) {
    plan.readFirst = true;
    return place.at.some(({ names }) => names.length === 0 || nodeAt(root, names) !== undefined);
  }
  let found = false;
  for (const { names } of place.at) {
    const node = nodeAt(root, names);
    if (node !== undefined && planNode(compiled, place, node, plan)) found = true;
    // a position within a list, or JSON text on the way
    else if (node === undefined && names.length > 1 && columnAt(root, names) !== undefined) {
      plan.readFirst = true;
      found = true;
    }
  }
  return found;
}

function planNode(compiled: CompiledSpec, place: ListPlace, node: SchemaNode, plan: Plan): boolean {
  const element = listElement(node);
  if (element === undefined) {
    if (node.type === undefined) {
      // parallel lists, or a single message
      plan.readFirst = true;
      return node.children.length > 0;
    }
    if (!isText(node)) return false;
    plan.documents += 1;
    const outline = listOutline(compiled, place);
    plan.texts.set(node as Leaf, {
      ...plainText(everySurface),
      json: true,
      outline,
      orText: place.as !== undefined,
    });
    return true;
  }
  if (element.type !== undefined) {
    if (!isText(element)) return false;
    plan.lists.push({ node: repeatedOf(node), roleLeaf: undefined });
    const outline = stepOutline(compiled);
    plan.texts.set(element as Leaf, {
      ...plainText(everySurface),
      json: true,
      outline,
      orText: place.as !== undefined,
    });
    return true;
  }
  // a list of lists
  if (listElement(element) !== undefined) plan.readFirst = true;
  else planStruct(compiled, node, element, plan);
  return true;
}

function repeatedOf(node: SchemaNode): SchemaNode {
  return node.repetition === 'repeated' ? node : node.children[0]!;
}

const plainText = (surfaces: number): TextLeaf => ({
  json: false,
  joined: false,
  surfaces: () => surfaces,
  all: surfaces,
});

function planBefore({ names }: Path, root: SchemaNode, plan: Plan): void {
  const node = nodeAt(root, names);
  if (node?.type === undefined) {
    if (node !== undefined) plan.readFirst = true;
  } else if (isText(node) && !plan.texts.has(node as Leaf)) {
    plan.texts.set(node as Leaf, { ...plainText(surfaceBit.request), json: node.logical === 'JSON' });
  }
}

/** A list of structs: each leaf is searched by itself, as what the spec says it is. */
function planStruct(compiled: CompiledSpec, node: SchemaNode, element: SchemaNode, plan: Plan): void {
  const leaves = namedLeaves({ ...element, repetition: 'required' });
  const role = roleLeafOf(compiled, leaves);
  plan.lists.push({ node: repeatedOf(node), roleLeaf: role.leaf });
  if (role.isUnclear || isPutTogether(compiled, leaves)) {
    plan.readFirst = true;
    return;
  }
  const level = repeatedOf(node).repetitionLevel;
  for (const { field, leaf } of leaves) {
    if (!isText(leaf)) continue;
    const surfaces = surfacesByWord(compiled, role, field);
    const json = leaf.logical === 'JSON' || isArguments(compiled, field);
    const all = compiled.cases.reduce((bits, one) => bits | fieldSurfaces(compiled, one, field), 0);
    if (surfaces !== undefined)
      plan.texts.set(leaf, { json, joined: leaf.repetitionLevel > level, surfaces, all });
    else if (leaf === role.leaf) {
      plan.texts.set(leaf, { json: false, joined: false, surfaces: role.surfaces, all });
    }
  }
}

interface RoleLeaf {
  readonly leaf: Leaf | undefined;
  /** whether the kind of a step takes more than one leaf to tell, so that it cannot be told from bytes */
  readonly isUnclear: boolean;
  /** 0 for a word that the spec knows, -1 for others */
  surfaces(word: string | undefined): number;
}

function roleLeafOf(compiled: CompiledSpec, leaves: readonly NamedLeaf[]): RoleLeaf {
  const conditions = compiled.cases.flatMap(({ when }) => (when ?? []).flat());
  const fields = new Set(conditions.flatMap(({ paths }) => paths.map(({ text }) => text)));
  const there = leaves.filter(({ field }) => fields.has(field));
  const [only, ...more] = there;
  const knowsAll = compiled.skipsOthers;
  const isSimple =
    only !== undefined && more.length === 0 && isText(only.leaf) && only.leaf.logical !== 'JSON';
  if (!isSimple) {
    const isUnclear = !knowsAll && compiled.cases.every(({ when }) => when !== undefined);
    return { leaf: undefined, isUnclear, surfaces: () => 0 };
  }
  const knows = (word: string | undefined) =>
    knowsAll ||
    compiled.cases.some(
      ({ when }) => when === undefined || when.some((group) => group.every((one) => certain(one, word))),
    );
  return { leaf: only.leaf, isUnclear: false, surfaces: (word) => (knows(word) ? 0 : -1) };
}

/** Conditions on leaves that are not there see nothing. */
function certain({ paths, values, holds }: Condition, word: string | undefined): boolean {
  return values !== undefined && paths.length > 0 && holds(word);
}

/** The surfaces of a leaf by the role of its step; undefined for a leaf that no kind of step reads as text. */
function surfacesByWord(
  compiled: CompiledSpec,
  role: RoleLeaf,
  field: string,
): ((word: string | undefined) => number) | undefined {
  const bits = compiled.cases.map((one) => fieldSurfaces(compiled, one, field));
  if (bits.every((own) => own === 0)) return undefined;
  const remembered = new Map<string | undefined, number>();
  return (word) => {
    let found = remembered.get(word);
    if (found === undefined) {
      found = role.surfaces(word);
      for (const [index, { when }] of compiled.cases.entries()) {
        if (found >= 0 && (role.leaf === undefined || mayHold(when, word))) found |= bits[index]!;
      }
      remembered.set(word, found);
    }
    return found;
  };
}

function mayHold(when: readonly (readonly Condition[])[] | undefined, word: string | undefined): boolean {
  return (
    when === undefined ||
    when.some((group) => group.every(({ values, holds }) => values === undefined || holds(word)))
  );
}

/** Whether a text is JSON: arguments, or a field into which paths go on. */
function isArguments(compiled: CompiledSpec, field: string): boolean {
  return compiled.cases.some(
    ({ fields }) =>
      argumentFields(fields).some((path) => meets(field, path)) ||
      fields.text.some(({ text }) => text.startsWith(`${field}.`)),
  );
}

/** Whether a text that rules read as one comes from several leaves: arguments as a struct, parts of several kinds. */
function isPutTogether(compiled: CompiledSpec, leaves: readonly NamedLeaf[]): boolean {
  return compiled.cases.some(({ as, fields }) => {
    if (as === 'skip') return false;
    const below = (path: string) => leaves.filter(({ field }) => field.startsWith(`${path}.`));
    const structs = [...argumentFields(fields), ...resultTexts(fields)].some(
      (path) => below(path).length > 0,
    );
    const parts = fields.text.map(({ text }) => below(text).filter(({ leaf }) => isText(leaf)));
    const builds = fields.calls.some(({ arguments: given }) => 'build' in given && given.build.length > 1);
    const itself = fields.text.some(({ names }) => names.length === 0);
    return (
      structs ||
      builds ||
      itself ||
      parts.some((texts) => texts.length > 2 || (texts.length === 2 && !hasType(texts)))
    );
  });
}

/** Parts of a type and a text are texts, whatever their type. */
function hasType(leaves: readonly NamedLeaf[]): boolean {
  return (
    leaves.some(({ field }) => field.endsWith('.type')) &&
    leaves.some(({ field }) => /\.(?:text|content|value)$/.test(field))
  );
}
