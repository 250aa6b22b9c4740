import { emit } from '../frame.ts';
import { address4, parseHostPort } from '../net.ts';
import type { Field } from '../shell/state.ts';
import type { Invocation, Program } from './invocation.ts';
import { frameOf, networkAction } from './invocation.ts';
import { readWords } from './options.ts';

/** Programs that look names up. */
export const lookups: ReadonlyMap<string, Program> = new Map<string, Program>([
  ['dig', (call) => looksUp(call, 'bcfkptqy')],
  ['kdig', (call) => looksUp(call, 'bcfkptqy')],
  ['drill', (call) => looksUp(call, 'bcfkptqy')],
  ['delv', (call) => looksUp(call, 'abcdmpqt')],
  ['nslookup', (call) => looksUp(call, '')],
  ['host', (call) => looksUp(call, 'cDNRtWm')],
]);

const RECORD =
  /^(?:a|aaaa|any|axfr|ixfr(?:=\d+)?|caa|cname|dnskey|ds|in|ch|mx|naptr|ns|ptr|soa|srv|txt|tlsa|https|svcb|null)$/i;

/** `dig @server TXT name +short`, `nslookup name server`. */
function looksUp(call: Invocation, short: string): undefined {
  // what begins with one dash and is long is an option of `nslookup`: `-type=txt`
  const { operands } = readWords(call.argv, { short });
  const named = operands.filter(({ text }) => !/^[@+]/.test(text) && !RECORD.test(text));
  const server = operands.find(({ text }) => text.startsWith('@'));
  const asked = server ?? (call.name === 'dig' || call.name === 'drill' ? undefined : named[1]);
  if (named[0] !== undefined) query(call, named[0]);
  const endpoint = asked === undefined ? undefined : parseHostPort(asked.text.replace(/^@/, ''));
  if (endpoint !== undefined && asked !== undefined)
    networkAction(call, { port: 53, ...endpoint, protocol: 'dns' }, asked);
}

/** A name that is looked up. */
export function query(call: Invocation, field: Field): void {
  const text = field.text.replace(/\.$/, '');
  if (address4(text) !== undefined || text.startsWith('+') || text.startsWith('-') || text === '') return;
  emit(frameOf(call), { kind: 'dns', query: text }, field.start, field.end);
}

/** `dig @8.8.8.8 name`. */
export function nameServer(call: Invocation, field: Field): void {
  const endpoint = parseHostPort(field.text.slice(1));
  if (endpoint !== undefined) networkAction(call, { port: 53, ...endpoint, protocol: 'dns' }, field);
}
