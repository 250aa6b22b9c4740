import { loadPolicy } from '../policy/policy.ts';
import { wordsOf } from '../policy/words.ts';
import { specsFor } from '../trajectory/recognise.ts';
import { version } from '../version.ts';
import { hash } from './ledger.ts';
import { execute, type RunOutcome, type RunRequest, withRules } from './run.ts';

/**
 * Finds what a run would find and writes no rows: the findings table, what `compose` decides from, ledger and row map.
 * The verdicts in the table are those of the request's policy.
 */
export async function scan(request: RunRequest): Promise<RunOutcome> {
  const { settings } = request;
  const mode = { shards: false };
  return await withRules(request, mode, async ({ fingerprint, rules }, plan, crew) => {
    const policy = loadPolicy(settings.policy, wordsOf(rules));
    const config = {
      version,
      // a run must not go on where a scan was begun
      settings: { ...settings, scan: true },
      fingerprints: {
        detectors: fingerprint,
        policy: hash(policy),
        datasets: hash(specsFor(settings.dataset)),
      },
    };
    return await execute(request, { plan, config, rules, crew, mode });
  });
}
