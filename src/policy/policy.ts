/** From findings to a verdict and a disposition. */
export { type Decision, decide, decideUneditable, type Edits, lineFor } from './decide.ts';
export {
  type Disposition,
  dispositions,
  type RowDisposition,
  type Verdict,
  verdicts,
} from './disposition.ts';
export { type KnownWords, loadPolicy, parsePolicy, policyFile, readPolicy, readyPolicies } from './load.ts';
export { type Condition, masks, type Policy, type PolicyLine, policyJsonSchema } from './schema.ts';
