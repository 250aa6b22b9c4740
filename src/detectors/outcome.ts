import type { Observation, Trajectory } from '../trajectory/model.ts';
import { observationsOf } from '../trajectory/observations.ts';
import type { Outcome } from './finding.ts';

/** What was stopped by somebody or something that may: a sandbox, a policy, a person, missing rights. */
const blocked =
  /permission denied|operation not permitted|access ?(?:is |was )?denied|not permitted|not allowed|forbidden|unauthori[sz]ed|not authori[sz]ed|blocked (?:by|due|for)|denied by|has been denied|(?:requires?|needs?) (?:your |user |human |manual )?(?:approval|confirmation|permission)|not (?:been )?approved|(?:rejected|declined|denied|refused|cancel+ed|aborted|interrupted) by (?:the )?(?:user|human|operator|hook|policy|sandbox)|user (?:has )?(?:rejected|declined|denied|refused|cancel+ed|does(?:n't| not) want)|(?:was|been) rejected|refus(?:ed|ing) to (?:run|execute)|not in the (?:allow|white)-?list|(?:deny|block|black)-?list|(?:violates|violation of|against) (?:the |our |a )?(?:\w+ )?policy|policy violation|sandbox violation|a (?:terminal|password) is required|no tty present|is not in the sudoers|read-only file system|must be (?:run as )?root|are you root|need(?:s)? to be root|root privileges|insufficient (?:permission|privilege)|\bE(?:PERM|ACCES|ROFS)\b|\bHTTP\/[\d.]+ 40[13]\b|proxy[- ](?:error|connect)[^\n]{0,40}403/i;

/** What did not work. */
const failed =
  /command not found|: not found\b|no such file or directory|no such (?:container|image|host|service|user|device)|is not recognized as|could not (?:resolve|connect|open|find|be found)|name or service not known|temporary failure in name resolution|network is unreachable|no route to host|connection (?:refused|reset|closed|timed out|aborted)|operation timed out|unable to (?:locate|connect|resolve|open|find|access|load)|unknown (?:option|command|flag|host)|unrecognized (?:option|arguments|command)|invalid (?:option|argument|syntax)|syntax error|segmentation fault|no space left|out of memory|traceback \(most recent call last\)|(?:modulenotfound|import|name|type|value|attribute|key|syntax|indentation|runtime)error\b|cannot (?:open|find|access|connect|allocate|stat|execute|create)|can't (?:open|find|connect)|failed to |\bfatal: |^error:|\bcurl: \([1-9]\d*\)|\bHTTP\/[\d.]+ (?:404|5\d\d)\b|no replacement was performed|did not appear verbatim|string (?:to replace )?not found|no match(?:es)? found for|connect(?:ion)? failed|is not running|not installed|exec format error|bad interpreter/im;

/** How harnesses tell an exit code. */
const exitCodes = [
  /exit(?:ed)?(?: with)?(?: status| code)?["']?\s*[:=]?\s*\[?(-?\d{1,3})\b/gi,
  /(?:return|exit|status)[ _-]?code["']?\s*[>:=]+\s*["']?(-?\d{1,3})\b/gi,
  /non-zero exit status (\d{1,3})\b/gi,
  /\[rc[=:] ?(\d{1,3})\]/gi,
] as const;

/** Where an exit code or a message of the harness stands: at the ends of a long output. */
const endLength = 2000;
/** An answer as short as this is about the act as a whole, whatever it names. */
const shortLength = 400;

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
  const observations = call === undefined ? [] : observationsFor(trajectory, step, call);
  if (observations.length === 0) return 'unknown';
  const isName = names.map(mentionOf);
  let outcome: Outcome = 'succeeded';
  for (const observation of observations) {
    const one = outcomeFrom(observation, isName);
    if (one === 'blocked' || one === 'failed') return one;
    if (one === 'unknown') outcome = 'unknown';
  }
  return outcome;
}

function outcomeFrom(observation: Observation, isName: readonly ((line: string) => boolean)[]): Outcome {
  const { text } = observation;
  const ends = text.length <= 2 * endLength ? text : `${text.slice(0, endLength)}\n${text.slice(-endLength)}`;
  for (const line of ends.split('\n')) {
    if (!isName.some((names) => names(line))) continue;
    if (blocked.test(line)) return 'blocked';
    if (failed.test(line)) return 'failed';
  }
  const code = observation.exitCode ?? exitCode(ends);
  const wentWrong = observation.failed === true || (code !== undefined && code !== 0);
  const saysAll = code === undefined && observation.failed !== false && text.length < shortLength;
  if (wentWrong || saysAll) {
    if (blocked.test(ends)) return 'blocked';
    if (failed.test(ends)) return 'failed';
  }
  // 126: found, but it may not be run
  if (code === 126) return 'blocked';
  // 124 is timeout(1), 130, 137 and 143 are signals: it ran until it was stopped
  if (code === 124 || code === 130 || code === 137 || code === 143) return 'succeeded';
  if (wentWrong) return 'failed';
  // nobody knows how far a call came that the harness gave up on
  if (code === undefined && timedOut.test(ends)) return 'unknown';
  return 'succeeded';
}

const timedOut =
  /timed[ -]?out|\btimeout\b[^\n]{0,40}(?:exceeded|expired|reached|after)|(?:exceeded|reached) (?:the )?(?:\w+ )?(?:timeout|time limit)|no (?:new )?output (?:after|for) \d+/i;

/** The last exit code that is told: what comes first may be output of the command. */
function exitCode(text: string): number | undefined {
  let last: { at: number; code: number } | undefined;
  for (const pattern of exitCodes) {
    for (const { index, 1: digits } of text.matchAll(pattern)) {
      if (last === undefined || index >= last.at) last = { at: index, code: Number(digits) };
    }
  }
  return last?.code;
}

/** Whether a line names something, as a word of its own: `cat` is not in `catalogue`. */
function mentionOf(name: string): (line: string) => boolean {
  return (line) => {
    for (let at = line.indexOf(name); at >= 0; at = line.indexOf(name, at + 1)) {
      const before = line[at - 1] ?? ' ';
      const after = line[at + name.length] ?? ' ';
      if (!/\w/.test(before) && !/\w/.test(after)) return true;
    }
    return false;
  };
}

function observationsFor(
  trajectory: Trajectory,
  stepIndex: number,
  callIndex: number,
): readonly Observation[] {
  const guess = trajectory.steps[stepIndex];
  const step = guess?.index === stepIndex ? guess : trajectory.steps.find(({ index }) => index === stepIndex);
  const call = step?.toolCalls.find(({ index }) => index === callIndex);
  return step === undefined || call === undefined ? [] : observationsOf(trajectory, step, call);
}
