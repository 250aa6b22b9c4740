import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadCodecs } from '../../src/parquet/codec.ts';
import type { AddedField, GroupEdits, LeafEdits } from '../../src/parquet/edit.ts';
import { type Footer, readFooter } from '../../src/parquet/footer.ts';
import { OutputFile } from '../../src/parquet/output-file.ts';
import { findNode, type Leaf } from '../../src/parquet/schema.ts';
import { createFile } from '../../src/parquet/sink.ts';
import { openFile } from '../../src/parquet/source.ts';
import { dropped, spliceColumns } from '../../src/parquet/splice.ts';
import { findPython, runPython } from '../support/python.ts';
import { seededRandom } from '../support/random.ts';
import { temporaryFolder } from '../support/temporary.ts';

const python = findPython('pyarrow');
const script = join(import.meta.dirname, 'edit_samples.py');

interface Message {
  role: string | null;
  content: string | null;
  mask: boolean | null;
  tool_calls: { name: string | null; arguments: string | null }[] | null;
  weight?: number | null;
}

interface Row {
  id: number;
  note: string | null;
  messages: (Message | null)[] | null;
  texts: (string | null)[] | null;
}

/** Rows with everything that can be missing missing somewhere, and texts that take the place of a page. */
function sampleRows(count: number, random: () => number): Row[] {
  const maybe = <T>(value: T): T | null => (random() < 0.1 ? null : value);
  const list = <T>(most: number, make: (at: number) => T) =>
    Array.from({ length: Math.floor(random() * (most + 1)) }, (_, at) => make(at));
  return Array.from({ length: count }, (_, id) => ({
    id,
    note: maybe(`note ${id}`),
    messages: maybe(
      list(id % 17 === 0 ? 40 : 6, (at) =>
        maybe({
          role: maybe(at % 2 === 0 ? 'user' : 'assistant'),
          content: maybe(`secret-${id} ${'x'.repeat(Math.floor(random() * 200))}`),
          mask: maybe(random() < 0.5),
          tool_calls: maybe(list(2, () => ({ name: maybe('bash'), arguments: maybe(`{"a":"${id}"}`) }))),
        }),
      ),
    ),
    texts: maybe(list(4, (at) => maybe(`text ${at} of ${id}`))),
  }));
}

/** What a row is cut to, and what becomes of its note, contents and masks; some rows are not touched. */
interface RowEdit {
  keep?: number;
  note?: string;
  contents: Map<number, string>;
  masks: Set<number>;
}

function editOf(row: Row, random: () => number): RowEdit {
  const edit: RowEdit = { contents: new Map(), masks: new Set() };
  if (random() < 0.6) return edit;
  const steps = row.messages ?? [];
  if (steps.length > 1 && random() < 0.6) edit.keep = 1 + Math.floor(random() * (steps.length - 1));
  if (row.note !== null && random() < 0.5) edit.note = `[redacted ${row.id}]`;
  for (const [at, step] of steps.entries()) {
    if (step !== null && step.content !== null && random() < 0.4) edit.contents.set(at, `[redacted] ${at}`);
    if (step !== null && random() < 0.3) edit.masks.add(at);
  }
  return edit;
}

const weightOf = (role: string | null, masked: boolean) => (role === 'assistant' ? (masked ? 0 : 1) : null);

function expected(row: Row, { keep, note, contents, masks }: RowEdit): Row {
  return {
    ...row,
    note: note ?? row.note,
    messages:
      row.messages
        ?.map((step, at) =>
          step === null
            ? null
            : {
                ...step,
                content: contents.get(at) ?? step.content,
                mask: masks.has(at) ? false : step.mask,
                weight: weightOf(step.role, masks.has(at)),
              },
        )
        .slice(0, keep) ?? null,
  };
}

const leafAt = (footer: Footer, path: string) => {
  const found = footer.leaves.find((leaf) => leaf.path.join('.') === path);
  if (found === undefined) throw new Error(`no leaf ${path}`);
  return found;
};

/** Splices a file with the edits, every seventh row to another output and every eleventh nowhere. */
async function spliceEdited(input: string, folder: string, rows: readonly Row[], edits: readonly RowEdit[]) {
  const source = openFile(input);
  const footer = await readFooter(source);
  const struct = findNode(footer.root, ['messages', 'list', 'element'])!;
  const leaf = (name: string) => leafAt(footer, `messages.list.element.${name}`);
  const added: AddedField = { struct, name: 'weight', type: 'INT32', beside: leaf('role') };
  const outputs = [0, 1].map((number) => join(folder, `out-${number}.parquet`));
  const files = outputs.map((path) => new OutputFile(createFile(path), footer, [], new Map(), added));
  const targets: number[] = [];
  for (const group of footer.rowGroups) {
    const target = Uint8Array.from({ length: group.rowCount }, (_, at) => {
      const row = group.firstRow + at;
      return row % 11 === 10 ? dropped : row % 7 === 6 ? 1 : 0;
    });
    targets.push(...target);
    await spliceColumns(
      source,
      group,
      target,
      files.map((file, number) => ({ file, rows: target.filter((to) => to === number).length })),
      undefined,
      groupEdits(group.firstRow, target.length),
    );
    for (const [number, file] of files.entries())
      file.finishRowGroup(target.filter((to) => to === number).length, group);
  }
  for (const file of files) file.finish();
  source.close();
  return { outputs, targets };

  function groupEdits(firstRow: number, count: number): GroupEdits {
    const cuts = new Map<number, number>();
    const values = new Map<string, Map<number, Map<number, Uint8Array>>>();
    const give = (name: string, row: number, entry: number, value: Uint8Array) => {
      const byRow = values.get(name) ?? new Map();
      values.set(name, byRow);
      byRow.set(row, (byRow.get(row) ?? new Map()).set(entry, value));
    };
    for (let row = 0; row < count; row++) {
      const edit = edits[firstRow + row]!;
      if (edit.keep !== undefined) cuts.set(row, edit.keep);
      if (edit.note !== undefined) give('note', row, 0, Buffer.from(edit.note));
      for (const [at, text] of edit.contents) give('content', row, at, Buffer.from(text));
      for (const at of edit.masks) give('mask', row, at, Uint8Array.of(0));
    }
    const leaves = new Map<Leaf, LeafEdits>();
    const none = new Map();
    for (const below of footer.leaves.filter(({ path }) => path[0] === 'messages'))
      leaves.set(below, { cuts, level: 1, values: none });
    for (const name of ['content', 'mask'])
      leaves.set(leaf(name), { cuts, level: 1, values: values.get(name) ?? none });
    leaves.set(leafAt(footer, 'note'), { cuts: none, level: 0, values: values.get('note') ?? none });
    return {
      leaves,
      added: (row, element, beside) => {
        const role = beside === undefined ? null : Buffer.from(beside).toString();
        const weight = weightOf(role, edits[firstRow + row]!.masks.has(element));
        expect(rows[firstRow + row]!.messages![element]?.role ?? null).toBe(role);
        return weight === null ? undefined : Uint8Array.of(weight, 0, 0, 0);
      },
    };
  }
}

describe.skipIf(python === undefined)('rows that are changed', () => {
  it('read as they should in pyarrow, however the file was written', async () => {
    await loadCodecs();
    const folder = temporaryFolder();
    const random = seededRandom(11);
    const rows = sampleRows(150, random);
    const inputs = join(folder, 'in');
    mkdirSync(inputs);
    writeFileSync(join(folder, 'rows.json'), JSON.stringify(rows));
    runPython(python!, script, ['write', join(folder, 'rows.json'), inputs]);
    const names = readdirSync(inputs).sort();
    expect(names.length).toBeGreaterThanOrEqual(8);
    for (const name of names) {
      const edits = rows.map((row) => editOf(row, random));
      const out = join(folder, name);
      mkdirSync(out);
      const { outputs, targets } = await spliceEdited(join(inputs, name), out, rows, edits);
      const read = JSON.parse(runPython(python!, script, ['read', ...outputs])) as {
        type: string;
        rows: Row[];
      }[];
      for (const [number, { type, rows: found }] of read.entries()) {
        expect(type).toContain('weight: int32');
        const wanted = rows.flatMap((row, at) => (targets[at] === number ? [expected(row, edits[at]!)] : []));
        expect(found, name).toEqual(wanted);
      }
      // nothing that was replaced is left in the bytes, in pages, dictionaries or statistics
      const bytes = readFileSync(outputs[0]!);
      if (name.startsWith('checksums')) {
        for (const [at, edit] of edits.entries()) {
          const whole =
            edit.contents.size === (rows[at]!.messages ?? []).filter((step) => step?.content).length;
          if (edit.contents.size > 0 && whole && targets[at] === 0)
            expect(bytes.includes(`secret-${at} `), `row ${at}`).toBe(false);
        }
      }
    }
  });

  it('cost nothing where they are not: untouched chunks are copied byte for byte', async () => {
    await loadCodecs();
    const folder = temporaryFolder();
    const rows = sampleRows(120, seededRandom(3)).map((row, at) => ({
      ...row,
      messages: at === 50 ? [null, null] : row.messages,
    }));
    writeFileSync(join(folder, 'rows.json'), JSON.stringify(rows));
    runPython(python!, script, ['write', join(folder, 'rows.json'), folder]);
    const source = openFile(join(folder, 'plain-v1.parquet'));
    const footer = await readFooter(source);
    const file = new OutputFile(createFile(join(folder, 'out.parquet')), footer);
    const messages = footer.leaves.filter(({ path }) => path[0] === 'messages');
    const cuts = new Map([[10, 1]]);
    for (const group of footer.rowGroups) {
      const leaves = new Map(
        group.index === 1
          ? messages.map((leaf) => [leaf, { cuts, level: 1, values: new Map() }] as const)
          : [],
      );
      const target = new Uint8Array(group.rowCount);
      await spliceColumns(source, group, target, [{ file, rows: group.rowCount }], undefined, { leaves });
      file.finishRowGroup(group.rowCount, group);
    }
    file.finish();
    source.close();
    const [input, output] = ['plain-v1.parquet', 'out.parquet'].map((name) =>
      readFileSync(join(folder, name)),
    );
    const again = await readFooter(openFile(join(folder, 'out.parquet')));
    for (const [index, group] of footer.rowGroups.entries()) {
      for (const [at, chunk] of group.chunks.entries()) {
        const copy = again.rowGroups[index]!.chunks[at]!;
        const same = input!.subarray(chunk.start, chunk.end).equals(output!.subarray(copy.start, copy.end));
        expect(same, `${index} ${chunk.leaf.path.join('.')}`).toBe(
          index !== 1 || chunk.leaf.path[0] !== 'messages',
        );
      }
    }
  });
});
