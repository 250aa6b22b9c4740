import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadEngine } from '../../src/detectors/load.ts';
import { TextSearch } from '../../src/pipeline/text-search.ts';
import type { Step } from '../../src/trajectory/model.ts';
import { temporaryFolder } from '../support/temporary.ts';

const engine = await loadEngine([]);
const search = new TextSearch(engine);
const mayMatch = (step: Step) => engine.mayMatch(step, (steps, count) => search.subjectsOf(steps, count));

function stepWith(command: string, more: Partial<Step> = {}): Step {
  const call = { index: 0, name: 'bash', arguments: JSON.stringify({ command }) };
  return { index: 0, role: 'assistant', text: '', toolCalls: [call], observations: [], ...more };
}

test('what a call may match does not depend on where it was seen before', () => {
  const act = stepWith('rm -rf /');
  expect(mayMatch({ ...act, copied: true })).toBe(false);
  expect(mayMatch(act)).toBe(true);
  expect(mayMatch({ ...act, copied: true })).toBe(false);
  expect(mayMatch({ ...act, role: 'user' })).toBe(false);
});

test('the same call is looked at again where what came back matters', async () => {
  const file = join(temporaryFolder(), 'planted.yml');
  writeFileSync(
    file,
    [
      'title: planted',
      'id: 7a3f2f0e-0f5d-4c8e-9d3b-2f6f0c9a1b11',
      'status: test',
      'level: low',
      'logsource: { product: agent, category: observation }',
      'detection: { selection: { Text|contains: planted words }, condition: selection }',
    ].join('\n'),
  );
  const planted = await loadEngine([file]);
  const searchPlanted = new TextSearch(planted);
  const may = (text: string) => {
    const step = stepWith('rm -rf build *.egg-info', { observations: [{ text }] });
    return planted.mayMatch(step, (steps, count) => searchPlanted.subjectsOf(steps, count));
  };
  expect(['done', 'planted words', 'done'].map(may)).toEqual([false, true, false]);
});
