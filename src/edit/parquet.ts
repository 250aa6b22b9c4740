import { leavesBelow } from '../parquet/assemble.ts';
import type { AddedField, AddedValues, GroupEdits, LeafEdits } from '../parquet/edit.ts';
import { isText, type Leaf, listElement, type SchemaNode } from '../parquet/schema.ts';
import type { LeafWindow, Window } from '../parquet/window.ts';
import type { Role } from '../trajectory/model.ts';
import type { Shape } from '../trajectory/shape.ts';
import { editJson } from './json-edit.ts';
import { type MaskStyle, maskBytes, unmaskedValue } from './mask-style.ts';
import { redactText } from './redact.ts';
import { type RowEdit, shortNeedle, UneditableRow } from './row-edit.ts';

/** The element struct of a list of steps, its field that is the mask, or how one is added. */
interface StructSteps {
  readonly list: SchemaNode;
  readonly struct: SchemaNode;
  /** the mask field that the data has already */
  readonly field: Leaf | undefined;
  readonly added: AddedField | undefined;
}

/** Changes rows of one Parquet file, by its shape. */
export class ParquetEditor {
  readonly #shape: Shape;
  readonly #style: MaskStyle | undefined;
  readonly #steps: StructSteps | undefined;
  /** a leaf whose values are whole lists of steps as JSON text */
  readonly #document: Leaf | undefined;
  readonly #texts: readonly Leaf[];
  readonly #roles = new Map<string, Role>();

  constructor(shape: Shape, style: MaskStyle | undefined) {
    this.#shape = shape;
    this.#style = style;
    this.#steps = structSteps(shape, style);
    const leaves = shape.columns.flatMap((column) => [...leavesBelow(column)]);
    this.#texts = leaves.filter(isText);
    const documents = leaves.filter((leaf) => shape.textOf(leaf)?.outline?.kind === 'list');
    const isOnly = documents.length === 1 && shape.lists.length === 0;
    this.#document = isOnly && documents[0]!.repetitionLevel === 0 ? documents[0] : undefined;
  }

  /** The field that outputs with masked rows get; undefined where none is added. */
  get added(): AddedField | undefined {
    return this.#steps?.added;
  }

  /** Begins the edits of a row group. */
  begin(): GroupEditor {
    return new GroupEditor(this);
  }

  /** Puts the edits of a row into those of its row group. Throws {@link UneditableRow}, and has put nothing then. */
  edit(window: Window, at: number, edit: RowEdit, put: PutValue): void {
    const values: Parameters<PutValue>[] = [];
    const needsMask = edit.mask.length > 0 && this.#style !== undefined;
    const { stepList } = this.#shape;
    if (this.#document !== undefined) {
      const leaf = window.leaves.get(this.#document)!;
      const slot = leaf.rowSlots[at]!;
      const text = textAt(leaf, slot);
      if (text === undefined) throw new UneditableRow('the row has no steps');
      const changed = editJson(text, [[]], edit, this.#style);
      if (changed !== text) values.push([this.#document, 0, Buffer.from(changed)]);
      this.#redactOthers(window, at, edit, this.#document, values);
    } else {
      if (stepList === undefined && (edit.keep !== undefined || needsMask))
        throw new UneditableRow('the steps do not lie in one list');
      if (needsMask) this.#mask(window, at, edit, values);
      this.#redact(window, at, edit, values);
    }
    for (const one of values) put(...one);
  }

  #mask(window: Window, at: number, { mask }: RowEdit, values: Parameters<PutValue>[]): void {
    const style = this.#style!;
    const { stepList } = this.#shape;
    if (this.#steps !== undefined) {
      const { field, added } = this.#steps;
      if (field === undefined && added === undefined)
        throw new UneditableRow(`the steps have no role beside which ${style.field} could stand`);
      if (field === undefined) return; // written with the column
      const bytes = maskBytes(field.type, style.masked);
      if (bytes === undefined)
        throw new UneditableRow(`field ${style.field} of the data holds something else`);
      for (const step of mask) values.push([field, step, bytes]);
      return;
    }
    const [leaf] = leavesBelow(stepList!);
    if (leaf === undefined || leaf.repetitionLevel !== stepList!.repetitionLevel || !isText(leaf))
      throw new UneditableRow('the steps are neither structs nor JSON texts');
    const own = window.leaves.get(leaf)!;
    for (const step of mask) {
      const text = textAt(own, own.rowSlots[at]! + step) ?? '';
      values.push([
        leaf,
        step,
        Buffer.from(editJson(`[${text}]`, [[]], { mask: [0], redact: [] }, style).slice(1, -1)),
      ]);
    }
  }

  /** Replaces texts in all leaves that the trajectory is read from. */
  #redact(window: Window, at: number, { redact, keep }: RowEdit, values: Parameters<PutValue>[]): void {
    if (redact.length === 0) return;
    const { stepList } = this.#shape;
    const given = new Map(values.map(([leaf, entry, bytes]) => [`${leaf.leaf} ${entry}`, bytes]));
    const found = redact.map(() => 0);
    for (const leaf of this.#texts) {
      const own = window.leaves.get(leaf);
      if (own === undefined) continue;
      const isStep = stepList !== undefined && leavesBelow(stepList).has(leaf);
      const isJson = leaf.logical === 'JSON' || this.#shape.textOf(leaf)?.json === true;
      let step = -1;
      for (let slot = own.rowSlots[at]!; slot < own.rowSlots[at + 1]!; slot++) {
        if (isStep && own.repetition(slot) <= stepList.repetitionLevel) step += 1;
        if (isStep && keep !== undefined && step >= keep) break;
        const entry = slot - own.rowSlots[at]!;
        const bytes = given.get(`${leaf.leaf} ${entry}`);
        const text = bytes === undefined ? textAt(own, slot) : Buffer.from(bytes).toString();
        if (text === undefined) continue;
        const here = redact.filter(
          (one) =>
            one.text.length >= shortNeedle || (isStep && one.step === step) || (!isStep && one.step < 0),
        );
        const redacted = redactText(text, here, isJson);
        if (redacted.text === text) continue;
        values.push([leaf, entry, Buffer.from(redacted.text)]);
        for (const [index, count] of redacted.counts.entries()) found[redact.indexOf(here[index]!)]! += count;
      }
    }
    if (found.includes(0)) throw new UneditableRow('what is to be redacted is not found as it was read');
  }

  /** The same beside a document that was changed already: long texts in the other columns. */
  #redactOthers(
    window: Window,
    at: number,
    { redact }: RowEdit,
    document: Leaf,
    values: Parameters<PutValue>[],
  ): void {
    const long = redact.filter(({ text }) => text.length >= shortNeedle);
    if (long.length === 0) return;
    for (const leaf of this.#texts) {
      const own = window.leaves.get(leaf);
      if (own === undefined || leaf === document) continue;
      for (let slot = own.rowSlots[at]!; slot < own.rowSlots[at + 1]!; slot++) {
        const text = textAt(own, slot);
        if (text === undefined) continue;
        const redacted = redactText(text, long, leaf.logical === 'JSON');
        if (redacted.text !== text) values.push([leaf, slot - own.rowSlots[at]!, Buffer.from(redacted.text)]);
      }
    }
  }

  /** The leaves that a cut of the list of steps goes through. */
  get stepLeaves(): { readonly leaves: ReadonlySet<Leaf>; readonly level: number } | undefined {
    const { stepList } = this.#shape;
    return stepList && { leaves: leavesBelow(stepList), level: stepList.repetitionLevel };
  }

  /** The values of the added field, for rows with these steps masked. */
  addedValues(masked: (row: number) => ReadonlySet<number> | undefined): AddedValues | undefined {
    const { added } = this;
    const style = this.#style;
    if (added === undefined || style === undefined) return undefined;
    const bytesOf = (value: number | undefined) =>
      value === undefined ? undefined : maskBytes(added.type, value);
    const ofMasked = bytesOf(style.masked);
    const ofRole = new Map<Role, Uint8Array | undefined>();
    for (const role of ['system', 'user', 'assistant', 'tool'] as const)
      ofRole.set(role, bytesOf(unmaskedValue(style, role)));
    return (row, element, beside) =>
      masked(row)?.has(element) ? ofMasked : ofRole.get(this.#roleOf(beside, added));
  }

  /** Who speaks, by the word of the data set. What the spec does not know is none of the assistant's. */
  #roleOf(word: Uint8Array | undefined, { beside, struct }: AddedField): Role {
    const key = word === undefined ? '' : Buffer.from(word).toString('latin1');
    let role = this.#roles.get(key);
    if (role === undefined) {
      role = 'user';
      const value = word === undefined ? null : Buffer.from(word).toString();
      const inner = beside.path
        .slice(struct.path.length)
        .reduceRight<unknown>((held, name) => ({ [name]: held }), value);
      const list = this.#shape.stepList!;
      const wrapped = struct === list ? inner : { [struct.name]: inner };
      try {
        role = this.#shape.readStep(wrapped, 0).role;
      } catch {
        // such a row is an error, and not kept
      }
      this.#roles.set(key, role);
    }
    return role;
  }
}

/** Told of each value that is changed: its leaf, its number within the row, and its new bytes. */
type PutValue = (leaf: Leaf, entry: number, bytes: Uint8Array) => void;

/** The edits of one row group, as they come to be known. */
export class GroupEditor {
  readonly #editor: ParquetEditor;
  readonly #cuts = new Map<number, number>();
  readonly #values = new Map<Leaf, Map<number, Map<number, Uint8Array>>>();
  readonly #masked = new Map<number, ReadonlySet<number>>();

  constructor(editor: ParquetEditor) {
    this.#editor = editor;
  }

  /**
   * Notes the edits of a row of a window. Throws {@link UneditableRow} where they cannot be made; nothing is noted then.
   * @param row number within the row group
   */
  add(window: Window, at: number, row: number, edit: RowEdit): void {
    this.#editor.edit(window, at, edit, (leaf, entry, bytes) => {
      const rows = this.#values.get(leaf) ?? new Map<number, Map<number, Uint8Array>>();
      this.#values.set(leaf, rows);
      rows.set(row, (rows.get(row) ?? new Map<number, Uint8Array>()).set(entry, bytes));
    });
    if (edit.keep !== undefined && this.#editor.stepLeaves !== undefined) this.#cuts.set(row, edit.keep);
    if (edit.mask.length > 0) this.#masked.set(row, new Set(edit.mask));
  }

  /** What the splice is told. */
  result(): GroupEdits {
    const leaves = new Map<Leaf, LeafEdits>();
    const { leaves: stepLeaves, level } = this.#editor.stepLeaves ?? { leaves: new Set<Leaf>(), level: 0 };
    if (this.#cuts.size > 0)
      for (const leaf of stepLeaves) leaves.set(leaf, { cuts: this.#cuts, level, values: new Map() });
    for (const [leaf, values] of this.#values) {
      const isStep = stepLeaves.has(leaf);
      leaves.set(leaf, { cuts: isStep ? this.#cuts : new Map(), level: isStep ? level : 0, values });
    }
    const added = this.#editor.addedValues((row) => this.#masked.get(row));
    return { leaves, ...(added === undefined ? {} : { added }) };
  }
}

function structSteps(shape: Shape, style: MaskStyle | undefined): StructSteps | undefined {
  const { stepList, lists } = shape;
  if (stepList === undefined) return undefined;
  const struct = structOf(stepList);
  if (struct === undefined) return undefined;
  const base = { list: stepList, struct };
  if (style === undefined) return { ...base, field: undefined, added: undefined };
  const own = struct.children.find(({ name }) => name === style.field);
  if (own !== undefined) {
    const field = own.type === undefined || own.repetition === 'repeated' ? undefined : (own as Leaf);
    return { ...base, field, added: undefined };
  }
  const beside = lists.find(({ node }) => node === stepList)?.roleLeaf;
  const isRight = beside !== undefined && beside.repetitionLevel === struct.repetitionLevel;
  if (!isRight) return { ...base, field: undefined, added: undefined };
  return { ...base, field: undefined, added: { struct, name: style.field, type: style.type, beside } };
}

/** The struct that the elements of a list are: the repeated group itself, or the one group in it. */
function structOf(repeated: SchemaNode): SchemaNode | undefined {
  if (repeated.type !== undefined) return undefined;
  const outer = { ...repeated, logical: 'LIST', repetition: 'optional' as const, children: [repeated] };
  const element = listElement(outer) ?? repeated;
  if (element.type !== undefined) return undefined;
  return listElement(element) === undefined || element === repeated ? element : undefined;
}

function textAt(window: LeafWindow, slot: number): string | undefined {
  const bytes = window.bytes(slot);
  if (bytes === undefined) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new UneditableRow(`column ${window.leaf.path.join('.')} holds no UTF-8 text`);
  }
}
