import { argumentFields, fieldSurfaces, resultTexts } from '../trajectory/case-surfaces.ts';
import type { CompiledSpec } from '../trajectory/compile.ts';
import { factNames, languageNames, toolFields } from './fact-values.ts';

/** What the value at some place of a record is good for. */
export class Place {
  readonly fields = new Map<string, Place>();
  /** of a list: the place of each element */
  each: Place | undefined;
  /** facts that it may be, each with its rank among the places for it */
  readonly facts: { readonly name: string; readonly rank: number }[] = [];
  /** it is a list of steps */
  isSteps = false;
  /** it is a text that belongs to the trajectory */
  isText = false;
}

/** Longest path that is followed. */
const longestPath = 6;

/** Where the facts of a record are by its spec: the place of the whole record. */
export function recordPlaces(compiled: CompiledSpec): Place {
  const root = new Place();
  for (const [name, paths] of compiled.metadata) {
    if (!factNames.has(name)) continue;
    for (const [rank, { names }] of paths.entries())
      for (const place of placesAt(root, names)) place.facts.push({ name, rank });
  }
  for (const [rank, name] of [...languageNames].entries())
    for (const place of placesAt(root, [name])) place.facts.push({ name: 'language', rank });
  for (const { at, flattened, when } of compiled.lists) {
    if (flattened !== undefined || when !== undefined) continue;
    for (const { names } of at) for (const place of placesAt(root, names)) place.isSteps = true;
  }
  for (const { at } of compiled.before)
    for (const { names } of at) for (const place of placesAt(root, names)) place.isText = true;
  return root;
}

/** The places that a path leads to, under each way in which keys may hold its dots; none for positions in a list. */
function placesAt(from: Place, names: readonly string[]): Place[] {
  if (names.length === 0) return [from];
  if (names.length > longestPath || names.some((name) => /^-?\d+$/.test(name))) return [];
  if (names[0] === '*') {
    from.each ??= new Place();
    return placesAt(from.each, names.slice(1));
  }
  return names.flatMap((_, last) => {
    const key = names.slice(0, last + 1).join('.');
    let place = from.fields.get(key);
    if (place === undefined) {
      place = new Place();
      from.fields.set(key, place);
    }
    return placesAt(place, names.slice(last + 1));
  });
}

/** Fields of one object that are told apart. */
const mostFields = 200;

/** A field of a step: whether its texts count, and whether it names a tool. Lists do not show in its name. */
export class StepField {
  readonly #plan: StepPlan;
  readonly #path: string;
  readonly #children = new Map<string, StepField>();
  /** a text here counts among the text of the row */
  readonly counts: boolean;
  readonly isTool: boolean;
  /** `none` of what lies below is wanted, or `all` of its texts count and nothing else is wanted, or `some` */
  readonly below: 'none' | 'some' | 'all';

  constructor(plan: StepPlan, path: string) {
    this.#plan = plan;
    this.#path = path;
    this.counts = plan.counts(path);
    this.isTool = plan.namesTool(path);
    this.below = plan.below(path);
  }

  /** The fields that were asked for before, by name. */
  get children(): ReadonlyMap<string, StepField> {
    return this.#children;
  }

  /** The field by a name; undefined where so many were asked for that nobody knows of this one. */
  child(name: string): StepField | undefined {
    let field = this.#children.get(name);
    if (field === undefined && this.#children.size < mostFields) {
      field = new StepField(this.#plan, this.#path === '' ? name : `${this.#path}.${name}`);
      this.#children.set(name, field);
    }
    return field;
  }
}

/** What a spec reads of its steps. */
class StepPlan {
  readonly #compiled: CompiledSpec;
  readonly #kinds: ReadonlySet<string>;
  readonly #tools: readonly string[];
  readonly #wanted: readonly string[];

  constructor(compiled: CompiledSpec) {
    const { cases } = compiled;
    this.#compiled = compiled;
    // what tells the kind of a step counts where nothing else does, as in columns
    const conditions = cases.flatMap(({ when }) => (when ?? []).flat());
    this.#kinds = new Set(conditions.flatMap(({ paths }) => paths.map(({ text }) => text)));
    this.#tools = toolFields(compiled);
    this.#wanted = [
      ...this.#kinds,
      ...this.#tools,
      ...cases.flatMap(({ fields }) => [
        ...[...fields.text, ...fields.reasoning].map(({ text }) => text),
        ...argumentFields(fields),
        ...resultTexts(fields),
        ...[...fields.calls, ...fields.results]
          .flatMap(({ in: within }) => within ?? [])
          .map(({ text }) => text),
      ]),
    ];
  }

  counts(path: string): boolean {
    return this.#kinds.has(path) || this.#isRead(path);
  }

  namesTool(path: string): boolean {
    return this.#tools.some((wanted) => `.${path}`.endsWith(`.${wanted}`));
  }

  below(path: string): 'none' | 'some' | 'all' {
    if (path === '') return 'some';
    const isAll = this.#isRead(`${path}.\0`);
    const wanted = isAll ? this.#tools : this.#wanted;
    if (wanted.some((one) => one.startsWith(`${path}.`))) return 'some';
    return isAll ? 'all' : 'none';
  }

  #isRead(path: string): boolean {
    return this.#compiled.cases.some((one) => fieldSurfaces(this.#compiled, one, path) !== 0);
  }
}

/** The fields of a step by a spec, from the step itself on. */
export function stepFields(compiled: CompiledSpec): StepField {
  return new StepField(new StepPlan(compiled), '');
}
