import { join } from 'node:path';
import { loadCodecs } from '../parquet/codec.ts';
import { aboutLength } from './about.ts';
import { listFolder } from './list-folder.ts';
import { readRows } from './read-rows.ts';

/** What `groups.json` says: which groups of rollouts lost members, so that their advantages are not what they were. */
export interface GroupsReport {
  /** what became of their other members */
  readonly others: 'kept' | 'dropped';
  /** groups that lost members by what was found in them */
  readonly incomplete: number;
  /** rows that were lost so */
  readonly lost: number;
  /** rows that were lost and name no group */
  readonly withoutGroup: number;
  /** rows that could not be examined: nobody knows their group */
  readonly unknown: number;
  /** the first of the groups, by name */
  readonly groups: readonly { readonly group: string; readonly lost: number }[];
}

/** Most groups that are listed. */
const mostListed = 1000;

const lostBy: ReadonlySet<unknown> = new Set(['negative', 'quarantine', 'drop']);

/** A group by the name that it has in the findings table. */
export function groupName(group: string): string {
  return group.length <= aboutLength ? group : `${group.slice(0, aboutLength - 1)}…`;
}

/**
 * The groups that lost members in a run, by name, with how many; those without a name under `undefined`. Memory goes with
 * the number of these groups.
 */
export async function incompleteGroups(folder: string): Promise<Map<string | undefined, number>> {
  const lost = new Map<string | undefined, number>();
  let before = '';
  for (const name of listFolder(join(folder, 'findings'))) {
    for await (const row of readRows(join(folder, 'findings', name), [
      'file',
      'row',
      'group',
      'disposition',
    ])) {
      const key = `${row['row']} ${row['file']}`;
      if (key === before) continue; // the findings of a row lie together
      before = key;
      if (!lostBy.has(row['disposition'])) continue;
      const group = typeof row['group'] === 'string' ? row['group'] : undefined;
      lost.set(group, (lost.get(group) ?? 0) + 1);
    }
  }
  return lost;
}

/** The names of the groups that lost members in a run. */
export async function namesOfIncomplete(folder: string): Promise<Set<string>> {
  await loadCodecs();
  const all = await incompleteGroups(folder);
  return new Set([...all.keys()].filter((name) => name !== undefined));
}

/** @param unknown rows that could not be examined */
export async function groupsReport(
  folder: string,
  others: GroupsReport['others'],
  unknown: number,
): Promise<GroupsReport> {
  const all = await incompleteGroups(folder);
  const withoutGroup = all.get(undefined) ?? 0;
  const named = [...all].filter((entry): entry is [string, number] => entry[0] !== undefined);
  named.sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    others,
    incomplete: named.length,
    lost: named.reduce((sum, [, count]) => sum + count, 0),
    withoutGroup,
    unknown,
    groups: named.slice(0, mostListed).map(([group, lost]) => ({ group, lost })),
  };
}
