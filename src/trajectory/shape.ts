import type { Leaf, SchemaNode } from '../parquet/schema.ts';
import type { Step, Trajectory } from './model.ts';
import type { Outline } from './outline.ts';
import type { GroupedTrajectory, RowGrouping } from './read.ts';
import type { DatasetSpec } from './spec.ts';

/**
 * A data set as it lies in the columns of one file: what a spec comes to once it has met a schema. The pipeline reads
 * through this alone, so that a new data set is a new spec and nothing else.
 */
export interface Shape {
  /** name of the spec that was chosen */
  readonly spec: string;
  /** the spec itself: `shapeOf` makes the same shape from it and the same schema */
  readonly definition: DatasetSpec;
  /** why it was chosen, for people */
  readonly reason: string;
  /** top-level columns that make up the trajectory: the leaves below them are decoded */
  readonly columns: readonly SchemaNode[];
  /** top-level columns that nobody reads */
  readonly unread: readonly string[];
  /** the lists of the row whose elements are steps */
  readonly lists: readonly StepList[];
  /** the one of them that is there alone, so that its elements can be read one by one */
  readonly stepList: SchemaNode | undefined;
  /**
   * True where the values cannot be searched as they lie, because a text that rules read is put together from several
   * of them: each row is read, and then searched.
   */
  readonly readFirst: boolean;
  /** for files with one step or span a row: what tells which rows belong together */
  readonly group?: RowGrouping & { readonly columns: readonly SchemaNode[] };
  /** How a leaf's values are searched; undefined for leaves that hold nothing a rule reads. */
  textOf(leaf: Leaf): TextLeaf | undefined;
  /** The trajectory of a row, assembled from the values of `columns` by name. Throws where the row does not fit. */
  read(row: Readonly<Record<string, unknown>>): Trajectory;
  /** The trajectory of rows that are its steps or spans; only where `group` is set. */
  readGroup(rows: readonly Readonly<Record<string, unknown>>[]): GroupedTrajectory;
  /**
   * One step from its element of `stepList`; only where that is set. What its neighbours would tell is left open: the
   * step comes as all that it may be.
   */
  readStep(element: unknown, index: number): Step;
}

/** A repeated node whose elements are steps. */
export interface StepList {
  readonly node: SchemaNode;
  /** the leaf below it that tells the role */
  readonly roleLeaf: Leaf | undefined;
}

/** A leaf that holds text. */
export interface TextLeaf {
  /** the values are JSON documents, whose strings are searched with their escapes undone */
  readonly json: boolean;
  /** several values of one step are one text: they are searched together */
  readonly joined: boolean;
  /**
   * Bits of the surfaces that a value may belong to, by the role of its step as the data set has it. -1 for a role that
   * the spec does not know: such a row cannot be read.
   */
  surfaces(role: string | undefined): number;
  /** bits of all surfaces that its values may belong to */
  readonly all: number;
  /** set where a value holds whole steps as JSON text: its own structure tells steps and roles */
  readonly outline?: Outline;
  /** with `outline`: values that are no JSON are plain text, which may hold anything */
  readonly orText?: boolean;
}
