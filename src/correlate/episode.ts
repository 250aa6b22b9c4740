/** How a call names an address: what it runs goes there, or its text holds it. */
export type Naming = 'executed' | 'mentioned';

/** An address, name or network that a tool call names. */
export interface NamedPlace {
  readonly name: string;
  readonly port?: number;
  readonly step: number;
  readonly call: number;
  readonly naming: Naming;
  /** where in the call, as findings have it */
  readonly argument: string;
  readonly span: readonly [start: number, end: number];
}

/** When the tools of a step ran. Epoch milliseconds. */
export interface StepWindow {
  readonly step: number;
  readonly start: number;
  readonly end: number;
}

/** What the join needs of an episode: when and where it ran, and what its calls name. */
export interface Episode {
  /** position among all episodes of the run, in reading order */
  readonly ordinal: number;
  /** number of the file in the list of inputs, and row in that file */
  readonly file: number;
  readonly row: number;
  readonly id?: string;
  /** epoch milliseconds; undefined where the data set does not say when it ran */
  readonly start?: number;
  readonly end?: number;
  readonly sandbox?: string;
  readonly container?: string;
  /** address of the machine it ran on, and its name; lower case */
  readonly address?: string;
  readonly host?: string;
  /** in order; only steps that call tools and have times */
  readonly steps: readonly StepWindow[];
  readonly named: readonly NamedPlace[];
  /** the first step that calls a tool */
  readonly firstActing?: number;
}
