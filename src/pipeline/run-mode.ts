/** What a run does besides matching and writing rows, which is what it does without any of these. */
export interface RunMode {
  /** folder of an earlier scan, whose findings are decided upon: nothing is matched */
  readonly recorded?: string;
  /** rules that are asked again where a scan is decided upon, and those whose recorded findings stay; by id */
  readonly again?: { readonly ask: readonly string[]; readonly keep: readonly string[] };
  /** what the sensors saw of each row: a folder, and the inputs that its files are of */
  readonly telemetry?: { readonly folder: string; readonly inputs: readonly string[] };
  /** false writes findings, and no rows */
  readonly shards?: boolean;
}
