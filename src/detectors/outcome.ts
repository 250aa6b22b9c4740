import type { Observation, Step, Trajectory } from '../trajectory/model.ts';
import type { Outcome } from './finding.ts';

/** What was stopped by somebody or something that may: a sandbox, a policy, a person, missing rights. */
const blocked =
  /permission denied|operation not permitted|access (?:is )?denied|not permitted|not allowed|forbidden|unauthori[sz]ed|blocked (?:by|due)|denied by|requires? (?:approval|confirmation)|(?:was |been |user )?rejected|refus(?:ed|ing) to (?:run|execute)|a terminal is required to read the password|is not in the sudoers|read-only file system|must be root|are you root|need to be root|EPERM|EACCES|EROFS/i;

/** What did not work. */
const failed =
  /command not found|: not found\b|no such file or directory|is not recognized as|could not resolve|name or service not known|temporary failure in name resolution|network is unreachable|no route to host|connection (?:refused|reset|closed|timed out)|operation timed out|unable to locate package|unknown (?:option|command|flag)|unrecognized (?:option|arguments)|invalid (?:option|argument)|syntax error|segmentation fault|no space left|traceback \(most recent call last\)|modulenotfounderror|cannot (?:open|find|access|connect|allocate)|failed to |fatal: /i;

/** How harnesses tell an exit code. */
const exitCodes = [
  /exit(?:ed)?(?: with)?(?: status| code)?[ :=]+(\d{1,3})\b/i,
  /(?:return|exit) ?code["']?[ :=]+(\d{1,3})\b/i,
  /non-zero exit status (\d{1,3})\b/i,
  /\(exit (\d{1,3})\)/i,
];

/** Where an exit code or a message of the harness stands: at the ends of a long output. */
const endLength = 2000;

/**
 * What became of an act, read from what came back for its call. A message that names the program or object counts
 * before the exit code, which is that of the last command alone.
 * @param names the program and what it acts on, as they may stand in an error message
 */
export function outcomeOf(
  trajectory: Trajectory,
  step: number,
  call: number | undefined,
  names: readonly string[],
): Outcome {
  const observations = call === undefined ? [] : observationsOf(trajectory, step, call);
  if (observations.length === 0) return 'unknown';
  for (const observation of observations) {
    const { text } = observation;
    const ends =
      text.length <= 2 * endLength ? text : `${text.slice(0, endLength)}\n${text.slice(-endLength)}`;
    const lines = ends.split('\n').filter((line) => names.some((name) => line.includes(name)));
    for (const line of lines) {
      if (blocked.test(line)) return 'blocked';
      if (failed.test(line)) return 'failed';
    }
    const code = observation.exitCode ?? exitCode(ends);
    const isShort = text.length < 400;
    if (observation.failed === true || (code !== undefined && code !== 0) || isShort) {
      if (blocked.test(ends)) return 'blocked';
      if (failed.test(ends)) return 'failed';
    }
    // 124 is timeout(1), 137 and 143 are signals: it ran until it was stopped
    if (code === 124 || code === 137 || code === 143) return 'succeeded';
    if (observation.failed === true || (code !== undefined && code !== 0)) return 'failed';
    if (/timed? ?out|timeout/i.test(ends) && code === undefined) return 'unknown';
  }
  return 'succeeded';
}

function exitCode(text: string): number | undefined {
  for (const pattern of exitCodes) {
    const match = pattern.exec(text);
    if (match !== null) return Number(match[1]);
  }
  return undefined;
}

/** What came back for a call: by its id, or else in the steps behind it up to the next act of the agent. */
function observationsOf(trajectory: Trajectory, stepIndex: number, callIndex: number): Observation[] {
  const at = trajectory.steps.findIndex((step) => step.index === stepIndex);
  const step = trajectory.steps[at];
  const call = step?.toolCalls[callIndex];
  if (step === undefined || call === undefined) return [];
  const behind: Observation[] = [...step.observations];
  for (const next of trajectory.steps.slice(at + 1)) {
    if (isAct(next)) break;
    behind.push(...next.observations);
  }
  const own = behind.filter(({ callId }) => callId !== undefined && callId === call.id);
  if (own.length > 0) return own;
  const unnamed = behind.filter(({ callId }) => callId === undefined);
  const inOrder = unnamed[callIndex];
  return step.toolCalls.length > 1 && inOrder !== undefined ? [inOrder] : unnamed;
}

function isAct(step: Step): boolean {
  return step.role === 'assistant' && (step.toolCalls.length > 0 || step.text !== '');
}
