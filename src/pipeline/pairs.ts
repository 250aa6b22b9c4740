import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type PairMessage, pairColumns, splitMessages } from '../output/pair-messages.ts';
import { loadCodecs } from '../parquet/codec.ts';
import { emptyFooter, OutputFile } from '../parquet/output-file.ts';
import { OwnColumns } from '../parquet/own-columns.ts';
import { createFile } from '../parquet/sink.ts';
import type { DatasetSpec } from '../trajectory/spec.ts';
import { version } from '../version.ts';
import { toJson, writeAtomically } from './files.ts';
import { type OutputRow, readOutput } from './output-rows.ts';
import type { Plan } from './plan.ts';

/** What `pairs/pairs.json` says: how many negative rows found their counterpart, and the file that holds them. */
export interface PairsSummary {
  readonly pairs: number;
  /** negative rows of a task that no safe trajectory is kept of */
  readonly alone: number;
  /** negative rows that cannot be read as a prompt and what followed it */
  readonly unfit: number;
  readonly path: string;
  readonly rows: number;
  readonly size: number;
  readonly sha256: string;
}

/** Tasks that are in memory at once; with more of them, the kept rows are gone through again. */
export const tasksAtOnce = 500_000;

/** Bytes of messages that are held before they are written. */
const rowGroupBytes = 16 << 20;

export const pairsFile = 'pairs/train-00000-of-00001.parquet';
export const pairsSummary = 'pairs/pairs.json';

/**
 * Puts each negative row beside the first safe trajectory of the same task that is kept as it was: the task is the same
 * where the prompt is, word for word. Pairs are made from the outputs, so that what was redacted stays so, and in the order
 * of the plan. Undefined where no row is negative.
 * @param folder of a run whose units are all done
 */
export async function makePairs(
  folder: string,
  plan: Plan,
  specs: readonly DatasetSpec[],
  most = tasksAtOnce,
): Promise<PairsSummary | undefined> {
  await loadCodecs();
  const rowsOf = (place: 'data' | 'negative') => outputRows(folder, place, plan, specs);
  let negatives = 0;
  let unfit = 0;
  for await (const row of rowsOf('negative')) {
    negatives += 1;
    if (taskOf(row) === undefined) unfit += 1;
  }
  if (negatives === 0) return undefined;
  const spool = new Spool(join(folder, '.pairs.spool'));
  mkdirSync(join(folder, 'pairs'), { recursive: true });
  const made = join(folder, '.pairs.parquet');
  rmSync(made, { force: true });
  const output = new PairOutput(made);
  try {
    const rounds = Math.ceil(negatives / most);
    for (let round = 0; round < rounds; round++) {
      const chosen = await choose(rowsOf, spool, (task) => roundOf(task, rounds) === round);
      for await (const row of rowsOf('negative')) {
        const task = taskOf(row);
        if (task === undefined) continue;
        const place = chosen.get(task.key);
        if (place === undefined) continue;
        const safe = spool.read(place);
        output.add(safe, { file: row.file, row: row.row, answer: task.answer }, task.prompt);
      }
    }
    const written = output.finish();
    renameSync(made, join(folder, pairsFile));
    const alone = negatives - unfit - written.rows;
    const summary: PairsSummary = { pairs: written.rows, alone, unfit, path: pairsFile, ...written };
    writeAtomically(join(folder, pairsSummary), toJson(summary));
    return summary;
  } finally {
    spool.close();
    rmSync(made, { force: true });
  }
}

async function* outputRows(
  folder: string,
  place: 'data' | 'negative',
  plan: Plan,
  specs: readonly DatasetSpec[],
): AsyncGenerator<OutputRow> {
  for (const unit of plan.units) {
    const path = join(folder, place, unit.output);
    if (existsSync(path)) yield* readOutput(path, unit, specs);
  }
}

/** The first safe trajectory of each task that a negative row is of. */
async function choose(
  rowsOf: (place: 'data' | 'negative') => AsyncGenerator<OutputRow>,
  spool: Spool,
  isOurs: (key: string) => boolean,
): Promise<Map<string, Place>> {
  const wanted = new Set<string>();
  for await (const row of rowsOf('negative')) {
    const key = taskOf(row)?.key;
    if (key !== undefined && isOurs(key)) wanted.add(key);
  }
  const chosen = new Map<string, Place>();
  spool.clear();
  if (wanted.size === 0) return chosen;
  for await (const row of rowsOf('data')) {
    if (chosen.size === wanted.size) break;
    if (row.verdict !== 'safe' || !['keep', 'annotate'].includes(row.disposition)) continue;
    const task = taskOf(row);
    if (task === undefined || !wanted.has(task.key) || chosen.has(task.key)) continue;
    chosen.set(task.key, spool.write({ file: row.file, row: row.row, answer: task.answer }));
  }
  return chosen;
}

interface Task {
  /** hash of the prompt */
  readonly key: string;
  readonly prompt: readonly PairMessage[];
  readonly answer: readonly PairMessage[];
}

/** What a row was asked and what it did; undefined where either is nothing, or the row cannot be read. */
function taskOf(row: OutputRow): Task | undefined {
  try {
    const { prompt, answer } = splitMessages(row.trajectory());
    if (prompt.length === 0 || answer.length === 0) return undefined;
    const key = createHash('sha256').update(JSON.stringify(prompt)).digest('hex').slice(0, 32);
    return { key, prompt, answer };
  } catch {
    return undefined;
  }
}

const roundOf = (key: string, rounds: number) => Number.parseInt(key.slice(0, 8), 16) % rounds;

/** One side of a pair. */
interface Side {
  readonly file: string;
  readonly row: number;
  readonly answer: readonly PairMessage[];
}

interface Place {
  readonly start: number;
  readonly length: number;
}

/** Keeps chosen trajectories on the disk until their pairs are written. */
class Spool {
  readonly #path: string;
  readonly #descriptor: number;
  #end = 0;

  constructor(path: string) {
    this.#path = path;
    this.#descriptor = openSync(path, 'w+');
  }

  clear(): void {
    this.#end = 0;
  }

  write(side: Side): Place {
    const bytes = Buffer.from(JSON.stringify(side));
    const place = { start: this.#end, length: bytes.length };
    for (let done = 0; done < bytes.length; )
      done += writeSync(this.#descriptor, bytes, done, bytes.length - done, this.#end + done);
    this.#end += bytes.length;
    return place;
  }

  read({ start, length }: Place): Side {
    const bytes = Buffer.alloc(length);
    for (let done = 0; done < length; ) {
      const read = readSync(this.#descriptor, bytes, done, length - done, start + done);
      if (read === 0) throw new Error('spool of pairs ends too early');
      done += read;
    }
    return JSON.parse(bytes.toString()) as Side;
  }

  close(): void {
    closeSync(this.#descriptor);
    rmSync(this.#path, { force: true });
  }
}

class PairOutput {
  readonly #file: OutputFile;
  readonly #columns = new OwnColumns(pairColumns, 'ZSTD');
  #bytes = 0;

  constructor(path: string) {
    this.#file = new OutputFile(createFile(path), emptyFooter(`trajsieve version ${version}`), pairColumns);
  }

  add(chosen: Side, rejected: Side, prompt: readonly PairMessage[]): void {
    const messages = prompt.length + chosen.answer.length + rejected.answer.length;
    this.#columns.add(
      {
        prompt,
        chosen: chosen.answer,
        rejected: rejected.answer,
        chosen_file: chosen.file,
        chosen_row: BigInt(chosen.row),
        rejected_file: rejected.file,
        rejected_row: BigInt(rejected.row),
      },
      messages,
    );
    this.#bytes += JSON.stringify([prompt, chosen.answer, rejected.answer]).length;
    if (this.#bytes >= rowGroupBytes) this.#flush();
  }

  finish(): { rows: number; size: number; sha256: string } {
    this.#flush();
    return this.#file.finish();
  }

  #flush(): void {
    const { rowCount } = this.#columns;
    if (rowCount === 0) return;
    for (const chunk of this.#columns.take()) this.#file.ownChunk(chunk);
    this.#file.finishRowGroup(rowCount);
    this.#bytes = 0;
  }
}
