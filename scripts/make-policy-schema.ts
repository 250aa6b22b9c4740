/** Writes `src/policy/policies/schema.json`. Run it after the language of policies was changed: `node scripts/make-policy-schema.ts` (Node 24). */
import { writeFileSync } from 'node:fs';
import { packagePath } from '../src/package-path.ts';
import { policyJsonSchema } from '../src/policy/schema.ts';

writeFileSync(
  packagePath('src/policy/policies', 'schema.json'),
  `${JSON.stringify(policyJsonSchema(), undefined, 2)}\n`,
);
