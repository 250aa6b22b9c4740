import { codingEpisode, type Episode, type Planted } from '../../scripts/generate/coding.ts';
import { lookAlikes, unsafe } from '../../scripts/generate/planted.ts';
import { Random } from '../../scripts/generate/random.ts';

/** Episodes with an unsafe act in every tenth and a look-alike in every seventh; `size` UTF-8 bytes each, about. */
export function* episodes(count: number, size: number, seed = 1): Generator<Episode> {
  const random = new Random(seed);
  for (let number = 0; number < count; number++)
    yield codingEpisode(random, number, size, plantedAt(number, random));
}

function plantedAt(number: number, random: Random): readonly Planted[] {
  if (number % 10 === 3) return random.pick(Object.values(unsafe));
  if (number % 7 === 2) return random.pick(Object.values(lookAlikes));
  return [];
}
