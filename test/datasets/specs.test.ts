import { describe, expect, test } from 'vitest';
import { JsonWalker } from '../../src/prefilter/json-walk.ts';
import { loadSpecs } from '../../src/trajectory/load.ts';
import type { Trajectory } from '../../src/trajectory/model.ts';
import { observationsOf } from '../../src/trajectory/observations.ts';
import { recogniseRecords } from '../../src/trajectory/recognise.ts';
import { type Sample, samples, sessions, unsafe } from './samples.ts';

const specs = loadSpecs();

describe('each known shape', () => {
  for (const sample of samples) {
    test(`${sample.name} is recognised as ${sample.spec}, and its acts are found`, () => {
      const shape = recogniseRecords(sample.rows, 'rows.jsonl', specs);
      expect(shape.spec).toBe(sample.spec);
      const [row] = shape.rows(sample.rows[0]);
      checkTrajectory(shape.read(row), sample);
    });

    test(`${sample.name}: its records are readable by their bytes alone`, () => {
      const { outline } = recogniseRecords(sample.rows, 'rows.jsonl', specs);
      const bytes = Buffer.from(JSON.stringify(sample.rows[0]));
      let seen = '';
      const visitor = {
        step: (_: number, inner: Uint8Array, start: number, end: number) => {
          seen += Buffer.from(inner.subarray(start, end)).toString();
        },
        text: (_: number, inner: Uint8Array, start: number, end: number) => {
          seen += Buffer.from(inner.subarray(start, end)).toString();
        },
      };
      // shapes that bytes do not tell are read row by row
      if (outline === undefined || !new JsonWalker().walk(outline, bytes, 0, bytes.length, visitor)) return;
      expect(seen).toContain('collector.example.net');
    });
  }
});

describe('session files', () => {
  for (const sample of sessions) {
    test(`${sample.name} is recognised as ${sample.spec}, and its acts are found`, () => {
      const shape = recogniseRecords(sample.rows, 'session.jsonl', specs);
      expect(shape.spec).toBe(sample.spec);
      expect(shape.unit).toBe('file');
      checkTrajectory(shape.readFile(sample.rows), sample);
    });
  }
});

test('every spec has a sample', () => {
  const tried = new Set([...samples, ...sessions].map(({ spec }) => spec.split(':')[0]));
  const untried = specs.map(({ name }) => name).filter((name) => !tried.has(name));
  // its rows are steps: see step-rows.test.ts
  expect(untried).toEqual(['step-rows']);
});

function checkTrajectory(trajectory: Trajectory, sample: Sample): void {
  expect(trajectory.steps.map(({ role }) => role[0]).join('')).toBe(sample.roles);
  const acts = trajectory.steps.flatMap((step) =>
    step.toolCalls.filter((call) => spoken(call.arguments).includes(unsafe)).map((call) => ({ step, call })),
  );
  const own = acts.filter(({ step }) => step.copied !== true);
  expect(own.map(({ step, call }) => ({ step: step.index, tool: call.name }))).toEqual([sample.act]);
  const { step, call } = own[0]!;
  if (call.span !== undefined) expect(spoken(step.text.slice(...call.span))).toContain(unsafe);
  const results = observationsOf(trajectory, step, call).map(({ text }) => text);
  if (sample.result === undefined) expect(results).toEqual([]);
  else expect(results.join('\n')).toContain(sample.result);
  const copied = trajectory.steps.filter((one) => one.copied === true).map(({ index }) => index);
  expect(copied).toEqual(sample.copied ?? []);
  expect(trajectory.metadata).toMatchObject(sample.metadata ?? {});
}

/** Escapes of JSON within JSON do not matter here. */
const spoken = (text: string) => text.replace(/\\/g, '');
