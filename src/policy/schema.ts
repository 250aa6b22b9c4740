import { z } from 'zod';
import { authorisations, confidences, findingClasses, outcomes, severities } from '../detectors/finding.ts';
import { dispositions, rowDispositions } from './disposition.ts';

/** The language of policies. `src/policy/README.md` tells it to people; `policies/schema.json` is made from this file. */

const oneOrMore = <T extends z.ZodType<string>>(item: T) => z.union([item, z.array(item).min(1)]);

const condition = z
  .strictObject({
    severity: oneOrMore(z.enum(severities)).optional(),
    class: oneOrMore(z.enum(findingClasses)).optional(),
    category: oneOrMore(z.string()).optional().describe('name of a classifier, such as `mining`'),
    rule: oneOrMore(z.string()).optional().describe('id of a rule'),
    detector: oneOrMore(z.string()).optional().describe('name of a pack of rules, or id of a module'),
    outcome: oneOrMore(z.enum(outcomes)).optional(),
    authorisation: oneOrMore(z.enum(authorisations)).optional(),
    confidence: oneOrMore(z.enum(confidences)).optional(),
  })
  .describe('all of these must hold; a list holds where one of its words does');

const line = z.strictObject({
  when: condition.default({}).describe('which findings the line is for; without it, all'),
  verdict: z.enum(['safe', 'undecided', 'unsafe']).describe('what such a finding makes of its trajectory'),
  disposition: z.enum(dispositions).describe('what is done with the trajectory'),
});

export const policySchema = z.strictObject({
  $schema: z.string().optional(),
  name: z.string().min(1),
  title: z.string().default(''),
  findings: z.array(line).min(1).describe('a finding goes to the first line that fits it'),
  rows: z
    .strictObject({
      safe: z.enum(['keep', 'annotate']).describe('rows that are safe'),
      undecided: z
        .enum(rowDispositions)
        .describe('rows with a finding that no line fits, or that is undecided'),
      error: z.enum(rowDispositions).describe('rows that could not be examined'),
      uneditable: z
        .enum(['quarantine', 'drop'])
        .default('quarantine')
        .describe('rows that cannot be changed as a finding asks, or of which nothing would be left'),
    })
    .describe('what is done with rows by what became of them'),
});

/** A policy as its file has it, with the defaults filled in. */
export type Policy = z.infer<typeof policySchema>;
export type PolicyLine = Policy['findings'][number];
export type Condition = PolicyLine['when'];

/** Whether a policy has steps masked. */
export function masks({ findings }: Policy): boolean {
  return findings.some(({ disposition }) => disposition === 'mask');
}

/** The language of policies as JSON Schema, for editors. */
export function policyJsonSchema(): unknown {
  return z.toJSONSchema(policySchema, { io: 'input' });
}
