import { TrajsieveError } from '../errors.ts';
import type { GroupsReport } from '../output/groups.ts';
import { specsFor } from '../trajectory/recognise.ts';
import type { InputProblem } from './inputs.ts';
import type { Plan } from './plan.ts';
import type { Settings } from './settings.ts';

/** Throws where rows are read by a spec that says nothing of groups: none of theirs could be known to be incomplete. */
export function requireGroups({ units }: Plan, { dataset }: Pick<Settings, 'dataset'>): void {
  const groups = new Map(specsFor(dataset).map(({ name, metadata }) => [name, metadata.group]));
  for (const { file, spec } of units.flatMap(({ sources }) => sources)) {
    const [name = ''] = spec.split(':');
    if (groups.get(name) !== undefined) continue;
    throw new TrajsieveError('groups-unknown', `rows read as ${spec} name no group of rollouts`, {
      where: { file },
      remedy:
        'say where it is as `group` in the metadata of a data set spec (datasets/README.md), and give it with --dataset',
    });
  }
}

/** Groups were to be dropped whole, and of some rows that left nobody knows the group. */
export function unnamedGroups({ withoutGroup }: GroupsReport): InputProblem | undefined {
  if (withoutGroup === 0) return undefined;
  const rows = withoutGroup === 1 ? '1 row that left names' : `${withoutGroup} rows that left name`;
  const message = `${rows} no group: what else is of its group is kept; name the group in the data`;
  return { file: 'groups.json', code: 'groups-unnamed', message };
}
