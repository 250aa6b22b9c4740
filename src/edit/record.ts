import { compileSpec } from '../trajectory/compile.ts';
import type { RecordShape } from '../trajectory/record-shape.ts';
import { editJson } from './json-edit.ts';
import type { MaskStyle } from './mask-style.ts';
import { redactText } from './redact.ts';
import { type RowEdit, UneditableRow } from './row-edit.ts';

/** Changes a JSON record. All that is not changed keeps its bytes. Throws {@link UneditableRow} where it cannot be done. */
export function editRecord(
  record: Uint8Array,
  shape: RecordShape,
  edit: RowEdit,
  style: MaskStyle | undefined,
): Uint8Array {
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(record);
  if (shape.unit === 'file') return Buffer.from(editSession(text, edit, style));
  const lists = compileSpec(shape.definition).lists;
  const simple = lists.filter(({ flattened }) => flattened === undefined);
  const needsSteps = edit.keep !== undefined || (edit.mask.length > 0 && style !== undefined);
  if (needsSteps && (lists.length !== 1 || simple.length !== 1))
    throw new UneditableRow('the steps do not lie in one list');
  const paths = lists.length === 1 ? simple.flatMap(({ at }) => at.map(({ names }) => names)) : [];
  return Buffer.from(editJson(text, paths, edit, style));
}

/** A session is all the lines of its file: its texts can be replaced, its steps cannot be told from its lines. */
function editSession(text: string, edit: RowEdit, style: MaskStyle | undefined): string {
  if (edit.keep !== undefined || (edit.mask.length > 0 && style !== undefined))
    throw new UneditableRow('the steps of a session are not its lines');
  const lines = text.split('\n');
  const counts = edit.redact.map(() => 0);
  const changed = lines.map((line) => {
    const redacted = redactText(line, edit.redact, true);
    for (const [index, count] of redacted.counts.entries()) counts[index]! += count;
    return redacted.text;
  });
  if (counts.includes(0)) throw new UneditableRow('what is to be redacted is not found as it was read');
  return changed.join('\n');
}
