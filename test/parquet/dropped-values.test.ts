import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { decompress } from '../../src/parquet/codec.ts';
import { schemaElements } from '../../src/parquet/columns.ts';
import type { GroupEdits } from '../../src/parquet/edit.ts';
import { readFooter } from '../../src/parquet/footer.ts';
import { OutputFile } from '../../src/parquet/output-file.ts';
import { isCompressedV2, pageBody, readPages } from '../../src/parquet/pages.ts';
import { createFile } from '../../src/parquet/sink.ts';
import { openFile } from '../../src/parquet/source.ts';
import { dropped, spliceColumns } from '../../src/parquet/splice.ts';
import { i32, i32List, numberField, structList, type ThriftStruct } from '../../src/parquet/thrift.ts';
import { asRanges, decodeDictionary } from '../../src/parquet/values.ts';
import { findPython, runPython } from '../support/python.ts';
import { spliceFile } from '../support/splice-file.ts';
import { temporaryFolder } from '../support/temporary.ts';

const python = findPython('pyarrow');
const script = join(import.meta.dirname, 'dropped_values.py');

/** The file, and behind it all of its pages, decompressed: what somebody who looks for a value can look through. */
async function allBytes(path: string): Promise<Buffer> {
  const source = openFile(path);
  const parts: Uint8Array[] = [readFileSync(path)];
  for (const { chunks } of (await readFooter(source)).rowGroups)
    for (const chunk of chunks)
      for await (const page of readPages(source, chunk)) {
        const levels =
          page.kind === 'v2' ? (numberField(page.detail, 5) ?? 0) + (numberField(page.detail, 6) ?? 0) : 0;
        const body = pageBody(page).subarray(levels);
        const isPlain = page.kind === 'v2' && !isCompressedV2(page);
        parts.push(isPlain ? body : decompress(chunk.codec, body, page.uncompressedSize - levels));
      }
  source.close();
  return Buffer.concat(parts);
}

const isGone = (row: number) => row >= 30 && row < 70;
/** 'planted' as the number column of the sample has it */
const plantedNumber = Buffer.from('6465746e616c70', 'hex');

describe.skipIf(python === undefined)('values that only dropped rows hold', () => {
  it('are nowhere in the shards of the others, and the rest reads equal', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'in'));
    runPython(python!, script, ['write', join(folder, 'in')]);
    const names = readdirSync(join(folder, 'in')).sort();
    expect(names.length).toBeGreaterThanOrEqual(6);
    const plan: { input: string; output: string; rows: number[] }[] = [];
    for (const name of names) {
      const input = join(folder, 'in', name);
      const outputs = [join(folder, name), join(folder, `other-${name}`)];
      const rows: number[][] = [[], []];
      await spliceFile(input, outputs, (row) => {
        const output = isGone(row) ? dropped : row >= 200 && row % 10 === 0 ? 1 : 0;
        rows[output]?.push(row);
        return output;
      });
      const before = await allBytes(input);
      expect([before.includes('planted'), before.includes(plantedNumber)], name).toEqual([true, true]);
      for (const [index, output] of outputs.entries()) {
        const after = await allBytes(output);
        expect([after.includes('planted'), after.includes(plantedNumber)], output).toEqual([false, false]);
        plan.push({ input, output, rows: rows[index]! });
        const read = async (file: string) =>
          (await parquetReadObjects({ file: await asyncBufferFromFile(file), compressors })) as object[];
        const wanted = await read(input);
        expect((await read(output)).map((row) => ({ ...row, trajsieve_row: 0, trajsieve_tags: 0 }))).toEqual(
          rows[index]!.map((row) => ({ ...wanted[row], trajsieve_row: 0, trajsieve_tags: 0 })),
        );
      }
    }
    writeFileSync(join(folder, 'plan.json'), JSON.stringify(plan));
    expect(runPython(python!, script, ['read', join(folder, 'plan.json')])).toBe('');
  });
});

/** Splices a file by hand, with edits. */
async function splice(
  input: string,
  output: string,
  targetOf: (row: number) => number,
  editsOf: (leaves: Awaited<ReturnType<typeof readFooter>>['leaves']) => GroupEdits,
  change: (metadata: ThriftStruct) => void = () => {},
): Promise<void> {
  const source = openFile(input);
  const footer = await readFooter(source);
  const file = new OutputFile(createFile(output), footer);
  for (const group of footer.rowGroups) {
    for (const { metadata } of group.chunks) change(metadata);
    const target = Uint8Array.from({ length: group.rowCount }, (_, row) => targetOf(group.firstRow + row));
    const rows = target.filter((to) => to === 0).length;
    await spliceColumns(source, group, target, [{ file, rows }], undefined, editsOf(footer.leaves));
    file.finishRowGroup(rows, group);
  }
  file.finish();
  source.close();
}

function writeSample(path: string): void {
  const rows = Array.from({ length: 100 }, (_, row) => row);
  const bytes = parquetWriteBuffer({
    columnData: [
      { name: 'text', data: rows.map((row) => (row % 10 === 3 ? 'planted' : `text ${row % 4}`)) },
      {
        name: 'list',
        data: rows.map((row) => [`first ${row % 3}`, row === 50 ? 'planted' : `next ${row % 5}`]),
      },
    ],
    schema: [
      { name: 'root', num_children: 2 },
      ...schemaElements({ name: 'text', type: 'string' }),
      ...schemaElements({ name: 'list', type: 'list', element: { name: 'element', type: 'string' } }),
    ],
    codec: 'UNCOMPRESSED',
  });
  writeFileSync(path, Buffer.from(bytes));
}

const none: GroupEdits = { leaves: new Map() };

describe('a dictionary', () => {
  it('loses the values of steps that are cut off', async () => {
    const folder = temporaryFolder();
    const [input, output] = [join(folder, 'in.parquet'), join(folder, 'out.parquet')];
    writeSample(input);
    await splice(
      input,
      output,
      (row) => (row % 10 === 3 ? dropped : 0),
      (leaves) => ({
        leaves: new Map([[leaves[1]!, { cuts: new Map([[50, 1]]), level: 1, values: new Map() }]]),
      }),
    );
    expect(readFileSync(input).includes('planted')).toBe(true);
    expect(readFileSync(output).includes('planted')).toBe(false);
    const rows = (await parquetReadObjects({ file: await asyncBufferFromFile(output) })) as {
      list: string[];
    }[];
    expect(rows.length).toBe(90);
    expect(rows.filter(({ list }) => list.length === 1)).toEqual([{ text: 'text 2', list: ['first 2'] }]);
  });

  it.each([
    ['does not tell of it', (metadata: ThriftStruct) => void metadata.set(2, i32List([]))],
    ['counts its pages wrongly', (metadata: ThriftStruct) => dictionaryPagesAs(metadata, 0)],
  ])('loses them too where the footer %s', async (_, change) => {
    const folder = temporaryFolder();
    const [input, output] = [join(folder, 'in.parquet'), join(folder, 'out.parquet')];
    writeSample(input);
    const isDropped = (row: number) => row % 10 === 3 || row === 50;
    await splice(
      input,
      output,
      (row) => (isDropped(row) ? dropped : 0),
      () => none,
      change,
    );
    expect(readFileSync(output).includes('planted')).toBe(false);
    const read = async (file: string) => await parquetReadObjects({ file: await asyncBufferFromFile(file) });
    expect(await read(output)).toEqual((await read(input)).filter((_row, row) => !isDropped(row)));
  });

  it('is copied as it is where no value goes', async () => {
    const folder = temporaryFolder();
    const [input, output] = [join(folder, 'in.parquet'), join(folder, 'out.parquet')];
    writeSample(input);
    await splice(
      input,
      output,
      (row) => (row === 99 ? dropped : 0),
      () => none,
    );
    expect(await dictionariesOf(output)).toEqual(await dictionariesOf(input));
    expect((await dictionariesOf(input)).length).toBe(2);
  });
});

/** A footer that counts the dictionary's data pages otherwise. */
function dictionaryPagesAs(metadata: ThriftStruct, count: number): void {
  const entry: ThriftStruct = new Map([
    [1, i32(0)],
    [2, i32(8)],
    [3, i32(count)],
  ]);
  metadata.set(13, structList([entry]));
}

async function dictionariesOf(path: string): Promise<string[]> {
  const source = openFile(path);
  const found: string[] = [];
  for (const { chunks } of (await readFooter(source)).rowGroups)
    for (const chunk of chunks)
      for await (const page of readPages(source, chunk))
        if (page.kind === 'dictionary') found.push(Buffer.from(page.bytes).toString('hex'));
  source.close();
  return found;
}

describe('fillers', () => {
  it('are values that no row uses, each another', async () => {
    // every short text is there, and every other one is not used
    const texts = Array.from({ length: 200 }, (_, at) => at.toString(36));
    const numbers = texts.map((_, at) => at);
    const often = <T>(values: readonly T[]) => Array.from({ length: 6 }, () => values).flat();
    const bytes = parquetWriteBuffer({
      columnData: [
        { name: 'text', data: often(texts), type: 'STRING' },
        { name: 'float', data: often(numbers), type: 'DOUBLE' },
        { name: 'whole', data: often(numbers), type: 'INT32' },
      ],
      codec: 'UNCOMPRESSED',
    });
    const folder = temporaryFolder();
    const [input, output] = [join(folder, 'in.parquet'), join(folder, 'out.parquet')];
    writeFileSync(input, Buffer.from(bytes));
    await splice(
      input,
      output,
      (row) => (row % 2 === 0 ? 0 : dropped),
      () => none,
    );
    const source = openFile(output);
    let dictionaries = 0;
    for (const { chunks } of (await readFooter(source)).rowGroups)
      for (const chunk of chunks)
        for await (const page of readPages(source, chunk)) {
          if (page.kind !== 'dictionary') continue;
          dictionaries += 1;
          const { values, count } = decodeDictionary(page, chunk);
          const { bytes, starts, ends } = asRanges(values, count);
          const all = Array.from({ length: count }, (_, at) =>
            Buffer.from(bytes.subarray(starts[at]!, ends[at]!)).toString('hex'),
          );
          expect(new Set(all).size).toBe(count);
        }
    source.close();
    expect(dictionaries).toBe(3);
    const rows = (await parquetReadObjects({ file: await asyncBufferFromFile(output) })) as object[];
    expect(rows).toEqual(
      often(numbers)
        .filter((at) => at % 2 === 0)
        .map((at) => ({ text: texts[at], float: at, whole: at })),
    );
  });
});
