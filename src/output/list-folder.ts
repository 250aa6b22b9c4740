import { readdirSync } from 'node:fs';

/** The names in a folder, sorted, without what was being written as a process was killed; none where there is none. */
export function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => !/\.tmp-\d+$/.test(name))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
