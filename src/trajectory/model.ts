/**
 * The trajectory model: what every data set is read into, and all that detectors see.
 * A step keeps the index that it has in the data set, so that a finding can be traced back.
 */

/** Who speaks in a step, whatever the data set calls it. */
export type Role = 'system' | 'user' | 'assistant' | 'tool';

/** A tool call that the assistant issued. */
export interface ToolCall {
  /** position among the calls of its step, from 0 */
  readonly index: number;
  readonly id?: string;
  readonly name: string;
  /** the arguments as the data set holds them: JSON text, or plain text */
  readonly arguments: string;
  /** set when the call was written into the step's text: its UTF-16 offsets there */
  readonly span?: readonly [start: number, end: number];
}

/** What came back from a tool call. */
export interface Observation {
  /** the id of the call it answers, if the data set says */
  readonly callId?: string;
  readonly name?: string;
  readonly text: string;
  /** set when the data set itself marks it as an error or a success */
  readonly failed?: boolean;
  readonly exitCode?: number;
}

/** One message, as the data set records it. */
export interface Step {
  /**
   * Position in the data set's own list of steps, from 0; through all lists where a row has several. Texts that stand
   * outside the list (a `system` column) come first and count up to -1.
   */
  readonly index: number;
  readonly role: Role;
  readonly text: string;
  readonly reasoning?: string;
  readonly toolCalls: readonly ToolCall[];
  readonly observations: readonly Observation[];
  /** the list of the row that the step is of, where a row has several: `prompt`, `completion`, `chosen`, `rejected` */
  readonly list?: string;
  /** index of the step that this one goes on from, where that is not the one before */
  readonly parent?: number;
  /** epoch milliseconds */
  readonly startTime?: number;
  readonly endTime?: number;
  /** the data set's times name no time zone; they are given as if they were UTC */
  readonly naiveTime?: boolean;
  /** true when the data set excludes this step from training already */
  readonly masked?: boolean;
  /** true for few-shot demonstrations and copied context: not an act of this episode */
  readonly copied?: boolean;
}

/** What a data set says of the episode as a whole; every field is optional, none is guessed. */
export interface Metadata {
  readonly id?: string;
  readonly task?: string;
  readonly source?: string;
  readonly model?: string;
  readonly group?: string;
  readonly sandbox?: string;
  readonly container?: string;
  readonly host?: string;
  readonly reward?: number;
  readonly success?: boolean;
  /** epoch milliseconds */
  readonly startTime?: number;
  readonly endTime?: number;
  /** the data set's times name no time zone; they are given as if they were UTC */
  readonly naiveTime?: boolean;
  /** the times are of the model's reply alone: the tools that it calls run behind it */
  readonly timesOf?: 'reply';
}

/** One episode. */
export interface Trajectory {
  readonly steps: readonly Step[];
  readonly metadata: Metadata;
  /** names of the tools that the episode declares, where it does */
  readonly tools?: readonly string[];
  /** entries of the list of steps that are no steps, by what they call themselves, and how many */
  readonly skipped?: Readonly<Record<string, number>>;
}
