import type { Leaf, SchemaNode } from '../parquet/schema.ts';
import type { Step, Trajectory } from './model.ts';

/**
 * A data set as it lies in the columns of one file: what a spec comes to once it has met a schema. The pipeline reads
 * through this alone, so that a new data set is a new spec and nothing else.
 */
export interface Shape {
  /** name of the spec that was chosen */
  readonly spec: string;
  /** why it was chosen, for people */
  readonly reason: string;
  /** top-level columns that make up the trajectory: the leaves below them are decoded */
  readonly columns: readonly SchemaNode[];
  /** top-level columns that nobody reads */
  readonly unread: readonly string[];
  /** the repeated node whose elements are the steps, where steps are elements of a list of structs */
  readonly stepList: SchemaNode | undefined;
  /** the leaf below it that tells the role */
  readonly roleLeaf: Leaf | undefined;
  /** How a leaf's values are searched; undefined for leaves that hold nothing a rule reads. */
  textOf(leaf: Leaf): TextLeaf | undefined;
  /** The trajectory of a row, assembled from the values of `columns` by name. Throws where the row does not fit. */
  read(row: Readonly<Record<string, unknown>>): Trajectory;
  /** One step from its element of `stepList`; only where that is set. */
  readStep(element: unknown, index: number): Step;
}

/** A leaf that holds text. */
export interface TextLeaf {
  /** the values are JSON documents, whose strings are searched with their escapes undone */
  readonly json: boolean;
  /**
   * Bits of the surfaces that a value may belong to, by the role of its step as the data set has it. -1 for a role that
   * the spec does not know: such a row cannot be read.
   */
  surfaces(role: string | undefined): number;
}
