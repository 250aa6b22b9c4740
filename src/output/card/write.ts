import { join } from 'node:path';
import { toJson, writeAtomically } from '../../pipeline/files.ts';
import { croissant } from './croissant.ts';
import { renderDataCard } from './readme.ts';
import { readRunFacts } from './run-facts.ts';

/** Writes `README.md` and `croissant.json` into the folder of a finished run. The same run gives the same bytes. */
export async function writeDataCard(folder: string): Promise<void> {
  const facts = await readRunFacts(folder);
  writeAtomically(join(folder, 'README.md'), renderDataCard(facts));
  writeAtomically(join(folder, 'croissant.json'), toJson(croissant(facts)));
}
