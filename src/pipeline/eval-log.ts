import { messageOf, TrajsieveError } from '../errors.ts';
import { loadCodecs } from '../parquet/codec.ts';
import type { ByteSource } from '../parquet/source.ts';
import { longestRecord, type RecordBlock } from './split-records.ts';
import { readZipDirectory, readZipEntry, type ZipEntry } from './zip.ts';

/**
 * A sample of an Inspect `.eval` log, which is a ZIP archive: `samples/{id}_epoch_{n}.json`, or, where a large sample was
 * cut into chunks, the entries below `samples/{id}_epoch_{n}/`
 * (https://github.com/UKGovernmentBEIS/inspect_ai, `log/_recorders/eval.py` and `chunked/format.py`).
 */
export interface EvalSample {
  readonly name: string;
  /** uncompressed bytes of what is read of it */
  readonly size: number;
  readonly entries: readonly ZipEntry[];
  readonly isChunked: boolean;
}

const whole = /^samples\/[^/]*\.json$/;
const chunked = /^(samples\/[^/]+)\/(?:sample\.json|(?:messages|attachments)\/\d+\.json)$/;

/** The samples of a log, in the order of its directory. A log that is no ZIP archive, or holds none, is an error. */
export async function listEvalSamples(source: ByteSource): Promise<EvalSample[]> {
  const parts = new Map<string, ZipEntry[]>();
  for (const entry of await readZipDirectory(source)) {
    const sample = whole.test(entry.name) ? entry.name : chunked.exec(entry.name)?.[1];
    if (sample === undefined) continue;
    const before = parts.get(sample);
    if (before === undefined) parts.set(sample, [entry]);
    else before.push(entry);
  }
  if (parts.size === 0) {
    throw new TrajsieveError('input-unknown', 'archive holds no samples of an Inspect evaluation', {
      where: { file: source.name },
      remedy: 'of archives, only .eval logs are read; unpack others first',
    });
  }
  return [...parts].map(([name, entries]) => ({
    name,
    size: entries.reduce((sum, { size }) => sum + size, 0),
    entries,
    isChunked: !name.endsWith('.json'),
  }));
}

/**
 * The samples as records: the JSON of each as it lies in the archive. What was cut into chunks is put together again, its
 * messages alone: the events that repeat them are left out. `lines` holds the
 * number of each sample in the range, from 1. A sample that
 * cannot be read is told in `damage`, and costs itself.
 * @param budget bytes of one block, or one record when that is longer
 * @param range samples `[start, end)` of the list
 */
export async function* evalSamples(
  source: ByteSource,
  budget: number,
  range: { readonly start: number; readonly end: number } = { start: 0, end: Number.POSITIVE_INFINITY },
): AsyncGenerator<RecordBlock> {
  await loadCodecs();
  const samples = await listEvalSamples(source);
  let block = new Block();
  const wanted = samples.slice(range.start, range.end);
  const entries = wanted.flatMap((sample) => sample.entries);
  source.expect?.(
    Math.min(...entries.map(({ offset }) => offset)),
    Math.max(...entries.map(({ offset, compressedSize }) => offset + compressedSize)),
  );
  for (const [at, sample] of wanted.entries()) {
    const number = at + 1;
    if (sample.size > longestRecord) block.addTooLong(number);
    else {
      try {
        block.add(number, await readSample(source, sample));
      } catch (error) {
        if (error instanceof TrajsieveError) throw error;
        block.addDamaged(number, `${sample.name}: ${messageOf(error)}`);
      }
    }
    if (block.size >= budget) {
      yield block.take();
      block = new Block();
    }
  }
  if (!block.isEmpty) yield block.take();
}

async function readSample(source: ByteSource, sample: EvalSample): Promise<Uint8Array> {
  return sample.isChunked ? await assemble(source, sample) : await readZipEntry(source, sample.entries[0]!);
}

/** What is read of a chunked sample. */
interface Shell {
  message_refs?: readonly (readonly [start: number, end: number])[];
  [field: string]: unknown;
}

async function assemble(source: ByteSource, { name, entries }: EvalSample): Promise<Uint8Array> {
  const shellEntry = entries.find((entry) => entry.name === `${name}/sample.json`);
  if (shellEntry === undefined) throw new Error('its sample.json is missing');
  const { message_refs: references, ...shell } = (await readJsonEntry(source, shellEntry)) as Shell;
  if (!Array.isArray(references)) throw new Error('its sample.json refers to no messages');
  const pool: unknown[] = [];
  for (const { start, entry } of sequence(name, 'messages', entries)) {
    if (start !== pool.length) throw new Error(`its messages from ${pool.length} on are missing`);
    pool.push(...((await readJsonEntry(source, entry)) as unknown[]));
  }
  const messages = references.flatMap(([start, end]) => {
    if (end > pool.length) throw new Error(`its messages from ${pool.length} on are missing`);
    return pool.slice(start, end);
  });
  const sample = { ...shell, messages };
  const wanted = new Set<number>();
  mapTexts(sample, (text) => {
    const index = attachmentIndex(text);
    if (index !== undefined) wanted.add(index);
    return text;
  });
  const attachments = await readAttachments(source, sequence(name, 'attachments', entries), wanted);
  const full = mapTexts(sample, (text) => attachments.get(attachmentIndex(text) ?? -1) ?? text);
  return new TextEncoder().encode(JSON.stringify(full));
}

interface Chunk {
  /** index of its first item */
  readonly start: number;
  readonly entry: ZipEntry;
}

function sequence(name: string, kind: 'messages' | 'attachments', entries: readonly ZipEntry[]): Chunk[] {
  const prefix = `${name}/${kind}/`;
  return entries
    .filter((entry) => entry.name.startsWith(prefix))
    .map((entry) => ({ start: Number.parseInt(entry.name.slice(prefix.length), 10), entry }))
    .sort((a, b) => a.start - b.start);
}

async function readAttachments(
  source: ByteSource,
  chunks: readonly Chunk[],
  wanted: ReadonlySet<number>,
): Promise<Map<number, string>> {
  const found = new Map<number, string>();
  for (const [at, { start, entry }] of chunks.entries()) {
    const end = chunks[at + 1]?.start ?? Number.POSITIVE_INFINITY;
    if (![...wanted].some((index) => index >= start && index < end)) continue;
    const texts = (await readJsonEntry(source, entry)) as string[];
    for (const [offset, text] of texts.entries())
      if (wanted.has(start + offset)) found.set(start + offset, text);
  }
  return found;
}

function attachmentIndex(text: string): number | undefined {
  const match = /^attachment:\/\/(\d{1,15})$/.exec(text);
  return match === null ? undefined : Number(match[1]);
}

/** The same value with every text in it replaced. */
function mapTexts(value: unknown, replace: (text: string) => string): unknown {
  if (typeof value === 'string') return replace(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, replace));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mapTexts(inner, replace)]));
}

async function readJsonEntry(source: ByteSource, entry: ZipEntry): Promise<unknown> {
  return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(await readZipEntry(source, entry)));
}

/** Records that are yielded together. */
class Block {
  readonly #records: Uint8Array[] = [];
  readonly #lines: number[] = [];
  readonly #damage = new Map<number, string>();
  size = 0;

  get isEmpty(): boolean {
    return this.#lines.length === 0;
  }

  add(line: number, record: Uint8Array): void {
    this.#records.push(record);
    this.#lines.push(line);
    this.size += record.length;
  }

  /** The range of such a record is empty. */
  addTooLong(line: number): void {
    this.add(line, new Uint8Array(0));
  }

  addDamaged(line: number, why: string): void {
    this.#damage.set(this.#lines.length, why);
    this.add(line, new Uint8Array(0));
  }

  take(): RecordBlock {
    const starts = new Int32Array(this.#records.length);
    const ends = new Int32Array(this.#records.length);
    let at = 0;
    for (const [index, { length }] of this.#records.entries()) {
      starts[index] = at;
      at += length;
      ends[index] = at;
    }
    // one sample is not copied
    const bytes = this.#records.length === 1 ? this.#records[0]! : Buffer.concat(this.#records);
    return { bytes, starts, ends, lines: Float64Array.from(this.#lines), damage: this.#damage };
  }
}
