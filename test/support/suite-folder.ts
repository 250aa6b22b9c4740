import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** A folder for all tests of a `describe`; it goes with the last of them. */
export function suiteFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'trajsieve-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
