import type { SliceDimension, Slices } from '../slices.ts';
import type { Alarm } from './model.ts';

/** When an alarm is raised. */
export interface AlarmLevels {
  /** share of a slice's rows that one rule may take */
  readonly share: number;
  /** rows that a slice must have: of three rows, one is always a third */
  readonly rows: number;
}

/** A tenth: a rule that takes more of one source or model is more likely wrong about it than right. */
export const alarmLevels: AlarmLevels = { share: 0.1, rows: 20 };

const mostAlarms = 100;

/**
 * Slices of which one rule took more than the set share, or all rules together more than that and twice of what they take
 * elsewhere; the greatest share first.
 */
export function findAlarms(slices: Slices, levels: AlarmLevels = alarmLevels): Alarm[] {
  const alarms: Alarm[] = [];
  for (const [dimension, entries] of Object.entries(slices.dimensions)) {
    const all = slices.known[dimension as SliceDimension];
    const usual = all === undefined || all.rows === 0 ? 0 : all.gone / all.rows;
    for (const { value, rows, gone, rules } of entries) {
      if (rows < levels.rows) continue;
      const single = rules.filter(([, taken]) => taken > levels.share * rows);
      for (const [rule, taken] of single) alarms.push({ dimension, value, rule, gone: taken, rows });
      // where much is lost everywhere, that is the policy's business
      if (single.length === 0 && gone > levels.share * rows && gone > 2 * usual * rows)
        alarms.push({ dimension, value, gone, rows });
    }
  }
  const shareOf = ({ gone, rows }: Alarm) => gone / rows;
  return alarms
    .sort((a, b) => shareOf(b) - shareOf(a) || b.rows - a.rows || (a.value < b.value ? -1 : 1))
    .slice(0, mostAlarms);
}
