import { languageOfText } from '../actions/index.ts';
import type { Engine } from '../detectors/engine.ts';
import { pythonCall, shellCall, trajectoryOf } from '../detectors/example.ts';
import { TrajsieveError } from '../errors.ts';
import { assembleColumn, leavesBelow } from '../parquet/assemble.ts';
import { loadCodecs } from '../parquet/codec.ts';
import { type RowGroup, readFooter } from '../parquet/footer.ts';
import type { SchemaNode } from '../parquet/schema.ts';
import type { ByteSource } from '../parquet/source.ts';
import { readWindows } from '../parquet/window.ts';
import type { Examined } from '../pipeline/examine.ts';
import { GroupReader } from '../pipeline/group-reader.ts';
import { inspectRecords, isParquetFile } from '../pipeline/record-input.ts';
import { RecordReader } from '../pipeline/record-reader.ts';
import { firstRows } from '../pipeline/sample.ts';
import { Trial } from '../pipeline/trial.ts';
import type { UnitContext } from '../pipeline/unit-context.ts';
import type { Policy } from '../policy/policy.ts';
import { openInput, openStream } from '../remote/open.ts';
import { nearest } from '../suggest.ts';
import { recognise } from '../trajectory/recognise.ts';
import type { DatasetSpec } from '../trajectory/spec.ts';
import { type Evaluation, type Judged, type Label, tabulate } from './tables.ts';

export interface EvaluationRequest {
  readonly files: readonly string[];
  /** column that holds the label */
  readonly label: string;
  /** what the label says of unsafe, of safe and of unknown rows */
  readonly labels: Readonly<Record<Label, readonly string[]>>;
  /** columns to break the figures down by */
  readonly by: readonly string[];
  /** column of single commands, for files that hold no trajectories */
  readonly text: string | undefined;
  readonly engine: Engine;
  readonly policy: Policy;
  readonly specs: readonly DatasetSpec[];
}

/** A row that was called unsafe and is not, for people to look at. */
export interface Mistake {
  readonly file: string;
  readonly row: number;
  readonly rules: readonly string[];
  readonly evidence: string;
}

const windowBytes = 8 << 20;

/**
 * Evaluates detectors and policy on labelled rows, on the production path: prefilter, actions, detectors, policy.
 * A label that fits nothing is an error: a file of which no row is labelled would have perfect figures.
 */
export async function evaluate(
  request: EvaluationRequest,
): Promise<{ evaluation: Evaluation; mistakes: Mistake[] }> {
  await loadCodecs();
  const judged: Judged[] = [];
  const mistakes: Mistake[] = [];
  for (const file of request.files) {
    for await (const { row, examined, isCandidate, values } of examineFile(file, request)) {
      const label = labelOf(values[request.label], request.labels, file, row, request.label);
      const rules = examined.findings.map((finding) => finding.rule);
      const { verdict } = examined.decision;
      const groups = Object.fromEntries(request.by.map((name) => [name, String(values[name] ?? '')]));
      judged.push({ label, verdict, groups, rules, isCandidate });
      if (label === 'safe' && verdict === 'unsafe') {
        mistakes.push({ file, row, rules, evidence: examined.findings[0]?.evidence ?? '' });
      }
    }
  }
  const known = judged.filter(({ label }) => label !== 'unknown').length;
  if (judged.length === 0) throw new TrajsieveError('evaluate-empty', 'there is no row to evaluate');
  if (known === 0 && request.labels.unknown.length === 0) {
    throw new TrajsieveError(
      'evaluate-labels',
      `no row is labelled safe or unsafe in column ${request.label}`,
    );
  }
  return { evaluation: tabulate(judged, request.by), mistakes };
}

interface Row {
  readonly row: number;
  readonly examined: Examined;
  readonly isCandidate: boolean;
  /** label and group columns, by name */
  readonly values: Readonly<Record<string, unknown>>;
}

async function* examineFile(file: string, request: EvaluationRequest): AsyncGenerator<Row> {
  if (!(await isParquetFile(file))) {
    yield* examineRecords(file, request);
    return;
  }
  const source = await openInput(file);
  try {
    const footer = await readFooter(source);
    const wanted = [request.label, ...request.by, ...(request.text === undefined ? [] : [request.text])];
    const columns = wanted.map((name) => columnOf(footer.root, name, file));
    for (const group of footer.rowGroups) {
      const values = await readValues(source, group, columns);
      if (request.text !== undefined) {
        yield* examineTexts(values, group, request.text, request);
        continue;
      }
      const shape = recognise(footer, file, request.specs, await firstRows(source, footer));
      const reader = new GroupReader(source, shape, contextOf(request));
      for await (const rows of reader.examine(group, group.rowCount)) {
        for (const { row, examined, isCandidate } of rows) {
          yield { row: group.firstRow + row, examined, isCandidate, values: values[row]! };
        }
      }
    }
  } finally {
    source.close();
  }
}

function contextOf(request: EvaluationRequest): UnitContext {
  return {
    ...request,
    prefilter: true,
    windowBytes,
    givenUp: new Map(),
    onRow: () => {},
    onProgress: () => {},
  };
}

/** Records of JSON: labels are fields of theirs. A record that cannot be read is an error: it has no label. */
async function* examineRecords(file: string, request: EvaluationRequest): AsyncGenerator<Row> {
  if (request.text !== undefined)
    throw new TrajsieveError('evaluate-text', '--text is for Parquet files', { where: { file } });
  const source = await openStream(file);
  try {
    const input = await inspectRecords(source, request.specs, undefined);
    const reader = new RecordReader(contextOf(request));
    let row = 0;
    for await (const { record, line, result } of reader.examine(
      input,
      source,
      0,
      0,
      Number.POSITIVE_INFINITY,
    )) {
      if ('code' in result) throw new TrajsieveError(result.code, result.message, { where: { file, line } });
      const values = JSON.parse(new TextDecoder().decode(record)) as Record<string, unknown>;
      yield { row, ...result, values };
      row += 1;
    }
  } finally {
    source.close();
  }
}

/** Each text as one call of a shell or, where it is Python, of an interpreter, with a task that asks for nothing. */
function* examineTexts(
  values: readonly Readonly<Record<string, unknown>>[],
  group: RowGroup,
  column: string,
  { engine, policy }: EvaluationRequest,
): Generator<Row> {
  const trial = new Trial(engine, policy);
  for (const [row, own] of values.entries()) {
    const text = String(own[column] ?? '');
    const call = languageOfText(text) === 'python' ? pythonCall(text) : shellCall(text);
    const trajectory = trajectoryOf({ ...call });
    const isCandidate = trial.candidates(trajectory).size > 0;
    yield { row: group.firstRow + row, examined: trial.examine(trajectory), isCandidate, values: own };
  }
}

function columnOf(root: SchemaNode, name: string, file: string): SchemaNode {
  const column = root.children.find((child) => child.name === name);
  if (column !== undefined) return column;
  const names = root.children.map((child) => child.name);
  const close = nearest(name, names);
  throw new TrajsieveError('column-missing', `column ${JSON.stringify(name)} is not in the file`, {
    where: { file },
    remedy: close === undefined ? `columns are ${names.join(', ')}` : `did you mean ${close}?`,
  });
}

async function readValues(
  source: ByteSource,
  group: RowGroup,
  columns: readonly SchemaNode[],
): Promise<Record<string, unknown>[]> {
  const leaves = new Set(columns.flatMap((column) => [...leavesBelow(column)]));
  const values: Record<string, unknown>[] = [];
  for await (const window of readWindows(source, group, leaves, windowBytes)) {
    for (let row = 0; row < window.rowCount; row++) {
      values.push(
        Object.fromEntries(columns.map((column) => [column.name, assembleColumn(window, column, row)])),
      );
    }
  }
  return values;
}

function labelOf(
  value: unknown,
  labels: EvaluationRequest['labels'],
  file: string,
  row: number,
  column: string,
): Label {
  const text = String(value);
  for (const label of ['unsafe', 'safe', 'unknown'] as const) if (labels[label].includes(text)) return label;
  throw new TrajsieveError(
    'label-unknown',
    `label ${JSON.stringify(value)} is none of those that were named`,
    {
      where: { file, row, column },
      remedy: 'name it with --unsafe, --safe or --unknown',
    },
  );
}
