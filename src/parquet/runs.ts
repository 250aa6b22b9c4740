import type { Piece } from './column.ts';
import type { Run } from './encode.ts';

/** The entries of a piece whose rows go to one destination, as runs. */
export function runsOf(piece: Piece, target: Uint8Array, destination: number): Run[] {
  let wanted = 0;
  for (let row = piece.firstRow; row < piece.endRow; row++) if (target[row] === destination) wanted += 1;
  if (wanted === 0) return [];
  if (wanted === piece.endRow - piece.firstRow) return [{ from: piece.firstSlot, to: piece.endSlot }];

  const { repetition } = piece.decoded();
  const runs: Run[] = [];
  let from = -1;
  let row = piece.firstRow - 1;
  for (let slot = piece.firstSlot; slot < piece.endSlot; slot++) {
    const startsRow = repetition === undefined || repetition[slot] === 0 || slot === piece.firstSlot;
    if (!startsRow) continue;
    row += 1;
    const isWanted = target[row] === destination;
    if (isWanted && from < 0) from = slot;
    if (!isWanted && from >= 0) {
      runs.push({ from, to: slot });
      from = -1;
    }
  }
  if (from >= 0) runs.push({ from, to: piece.endSlot });
  return runs;
}
