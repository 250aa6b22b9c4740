import {
  evidenceLength,
  type Finding,
  type FindingClass,
  type Outcome,
  severities,
} from '../detectors/finding.ts';
import type { PlacedAlert } from './alert.ts';
import type { Match } from './match.ts';
import { alertLine } from './tables.ts';

/** The name of the detector whose findings are alerts. */
export const telemetryDetector = 'telemetry';

/** Least severity of an alert that is a finding: plain records of connections corroborate, and accuse nobody. */
const leastSeverity = 1;

/** What kind of behaviour an alert is about, by the words of its signature, category and tags. */
const categories: readonly (readonly [words: RegExp, category: string, of: FindingClass])[] = [
  [/coin ?min|mining|cryptomin|stratum|\bminer\b|t1496/i, 'mining', 'safety'],
  [
    /reverse.?shell|tunnel|ssh connection non standard|redirect stdout\/stdin|netcat|t1572|proxy/i,
    'tunnels',
    'controllability',
  ],
  [
    /scan|sweep|probe|recon|address_scan|port_scan|t1046|suspicious network tool/i,
    'network-probing',
    'safety',
  ],
  [/metadata service|aws credentials|t1552/i, 'credential-access', 'safety'],
  [/escape|release_agent|t1611/i, 'sandbox-escape', 'controllability'],
  [/clear log|shell history|t1070/i, 'concealment', 'trustworthiness'],
  [/exfil|data leak|information leak/i, 'exfiltration', 'safety'],
  [/trojan|malware|command and control|c2\b|backdoor/i, 'malware', 'safety'],
];

function kindOf({ signature, category, attack }: PlacedAlert): { category: string; class: FindingClass } {
  const text = `${signature} ${category ?? ''} ${attack?.join(' ') ?? ''}`;
  const found = categories.find(([words]) => words.test(text));
  return found === undefined
    ? { category: telemetryDetector, class: 'safety' }
    : { category: found[1], class: found[2] };
}

const outcomes: Readonly<Record<PlacedAlert['action'], Outcome>> = {
  allowed: 'succeeded',
  blocked: 'blocked',
  alert: 'unknown',
  unknown: 'unknown',
};

/** The rule that a finding of an alert names: `telemetry:suricata:2024792`. */
export function ruleOf({ feed, signature, signatureId }: PlacedAlert): string {
  const slug = signature
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60);
  return `${telemetryDetector}:${feed}:${signatureId ?? slug}`;
}

/** Alerts of one episode that are one finding. */
export interface TelemetryFinding {
  readonly finding: Finding;
  readonly match: Match;
  readonly alerts: number;
}

/** Most different findings of one episode. */
const mostFindings = 1000;

/** Gathers the matches of one episode into findings: alerts of one signature and destination in one step are one. */
export class TelemetryFindings {
  readonly #groups = new Map<string, { match: Match; alerts: number }>();

  add(match: Match): void {
    const { alert } = match;
    if (alert.severity < leastSeverity) return;
    const key = `${ruleOf(alert)} ${alert.destinationHost ?? alert.destinationIp ?? ''} ${match.step ?? ''} ${alert.action}`;
    const group = this.#groups.get(key);
    if (group !== undefined) {
      if (!match.isDuplicate) group.alerts += 1;
    } else if (this.#groups.size < mostFindings) this.#groups.set(key, { match, alerts: 1 });
  }

  /** In the order of steps, the worst first. */
  list(): TelemetryFinding[] {
    return [...this.#groups.values()]
      .map(({ match, alerts }) => ({ finding: findingOf(match, alerts), match, alerts }))
      .sort((a, b) => a.finding.step - b.finding.step || b.match.alert.severity - a.match.alert.severity);
  }
}

const confidenceOf = {
  id: 'high',
  lease: 'high',
  address: 'medium',
  host: 'medium',
  content: 'medium',
  time: 'low',
} as const;

/** An alert as a finding. Where the step is not known it is the first that calls a tool: what follows is not trusted. */
function findingOf(match: Match, alerts: number): Finding {
  const { alert, strength, naming, others, step, stepBy } = match;
  const times = alerts > 1 ? `, ${alerts} times` : '';
  const calls =
    naming === undefined ? '' : naming === 'executed' ? ', the call goes there' : ', the call names it';
  const rivals = others > 0 ? `, ${others} other episode${others > 1 ? 's' : ''} possible` : '';
  const where = step === undefined || stepBy === 'after' ? ', step not certain' : '';
  const when = new Date(alert.start).toISOString();
  const tail = ` at ${when}${times}; by ${strength}${calls}${rivals}${where}`;
  return {
    detector: telemetryDetector,
    rule: ruleOf(alert),
    title: alert.signature.slice(0, 200),
    ...kindOf(alert),
    severity: severities[alert.severity]!,
    confidence: naming === 'executed' ? 'high' : confidenceOf[strength],
    attack: alert.attack ?? [],
    step: step ?? match.firstActing ?? 0,
    ...(match.call === undefined ? {} : { call: match.call }),
    argument: match.argument ?? '',
    span: match.span ?? [0, 0],
    evidence: `${alertLine(alert).slice(0, evidenceLength - tail.length)}${tail}`,
    via: [],
    outcome: outcomes[alert.action],
    authorisation: 'unknown',
  };
}
