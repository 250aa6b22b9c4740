import { readArguments } from '../actions/arguments.ts';
import type { Finding } from '../detectors/finding.ts';
import type { Edits } from '../policy/policy.ts';
import { cutPoint } from '../trajectory/cut.ts';
import type { Step, Trajectory } from '../trajectory/model.ts';
import { type Needle, replacementFor } from './redact.ts';

/** What is changed in one row, in the words of its trajectory. */
export interface RowEdit {
  /** how many elements of the list of steps stay */
  readonly keep?: number;
  /** elements that carry no loss, ascending; all of them stay */
  readonly mask: readonly number[];
  readonly redact: readonly Redaction[];
}

/** Whether an edit changes anything at all: what is to be masked may be nothing that the agent wrote. */
export function changesRow({ keep, mask, redact }: RowEdit): boolean {
  return keep !== undefined || mask.length > 0 || redact.length > 0;
}

/** A text to be replaced, and the step that it was found in. */
export interface Redaction extends Needle {
  readonly step: number;
}

/** Why a row cannot be changed as asked. It must not stay as it is then. */
export class UneditableRow extends Error {}

/** Texts shorter than this are replaced in their own step alone: elsewhere they may be anything. */
export const shortNeedle = 8;

/** What the edits that findings ask for come to in a trajectory. Throws {@link UneditableRow} where they cannot be made. */
export function planEdit(trajectory: Trajectory, { truncateAt, mask, redact }: Edits): RowEdit {
  const keep = truncateAt === undefined ? undefined : cutPoint(trajectory, truncateAt);
  if (keep === 0) throw new UneditableRow('nothing to learn from would be left before the cut');
  const stepAt = new Map(trajectory.steps.map((step) => [step.index, step]));
  const stays = (step: number) => step >= 0 && (keep === undefined || step < keep);
  return {
    ...(keep === undefined ? {} : { keep }),
    // nothing is learned from what the agent did not write
    mask: mask.filter((step) => stays(step) && stepAt.get(step)?.role === 'assistant'),
    redact: redact
      .filter(({ step }) => step < 0 || stays(step))
      .flatMap((finding) => redactionsOf(stepAt.get(finding.step), finding)),
  };
}

function redactionsOf(step: Step | undefined, finding: Finding): Redaction[] {
  const texts = step === undefined ? [] : textsOf(step, finding).filter((text) => text !== '');
  if (texts.length === 0) throw new UneditableRow(`${finding.rule} does not say what is to be redacted`);
  const replacement = replacementFor(finding.category);
  return [...new Set(texts)].map((text) => ({ text, replacement, step: finding.step }));
}

/**
 * The texts that a finding is about: its span, or all of the text that it names where it names no span in it. Where that
 * is all of the arguments of a call, it is each text among them, so that the arguments stay what they were.
 */
export function textsOf(step: Step, finding: Finding): string[] {
  const { call, argument, span } = finding;
  const [start, end] = span;
  if (call === undefined) return [cut(messageText(step, finding), start, end)];
  const given = step.toolCalls[call];
  if (given === undefined) return [];
  const read = readArguments(given.arguments);
  if ('text' in read) return [cut(read.text, start, end)];
  const values = 'named' in read ? Object.fromEntries(read.named) : read.list;
  const value = argument === '' ? undefined : follow(values, argument);
  return typeof value === 'string' ? [cut(value, start, end)] : stringsIn(values);
}

function cut(text: string, start: number, end: number): string {
  return end > start ? text.slice(start, end) : text;
}

function messageText({ text, observations }: Step, { span, evidence }: Finding): string {
  if (text !== '') return text;
  const [start, end] = span;
  const mark = evidence.slice(0, 40);
  const fitting = observations.find((one) => one.text.length >= end && one.text.startsWith(mark, start));
  return (fitting ?? observations[0])?.text ?? '';
}

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}

/** The value of an argument by its name, wherever it lies: some data sets hold all arguments in one. */
function follow(values: unknown, name: string): unknown {
  if (typeof values !== 'object' || values === null) return undefined;
  if (name in values) return (values as Record<string, unknown>)[name];
  for (const inner of Object.values(values)) {
    const found = follow(typeof inner === 'string' ? undefined : inner, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Evidence without what was redacted. An excerpt that was cut may hold a part of it: it goes as a whole. */
export function redactEvidence(evidence: string, redactions: readonly Redaction[]): string {
  let text = evidence;
  for (const { text: needle, replacement } of redactions) text = text.replaceAll(needle, replacement);
  const cut = text.endsWith('…');
  return cut && text === evidence ? (redactions[0]?.replacement ?? text) : text;
}
