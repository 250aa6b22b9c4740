import { type Action, type Overrun, readActions, wordsOfLimit } from '../actions/index.ts';
import type { Trajectory } from '../trajectory/model.ts';
import type { Finding } from './finding.ts';

/** A call may do more than was seen of it, which must not pass for nothing. */
export class PassedLimit extends Error {
  /** what was found all the same */
  readonly findings: readonly Finding[];

  constructor({ step, call, limit }: Overrun, findings: readonly Finding[]) {
    const what = `call ${call} of step ${step} holds ${wordsOfLimit(limit)}`;
    super(`${what}: what it does beyond that was not looked at; look at the row yourself, or leave it out`);
    this.name = 'PassedLimit';
    this.findings = findings;
  }
}

/** Reads actions, and keeps in mind the first call that may do more. */
export class ActionReader {
  overrun: Overrun | undefined;

  read(trajectory: Trajectory, only?: ReadonlySet<number>): readonly Action[] {
    const { actions, overrun } = readActions(trajectory, only);
    this.overrun ??= overrun;
    return actions;
  }
}
