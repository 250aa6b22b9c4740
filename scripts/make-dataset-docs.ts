/**
 * Writes what is made from the data set specs: `datasets/schema.json`, and the table of shapes in `datasets/README.md`.
 * Run it after a spec was added or changed: `node scripts/make-dataset-docs.ts` (Node 24).
 */
import { writeFileSync } from 'node:fs';
import { readmeFile, readmeText, schemaFile, schemaText } from './dataset-docs.ts';

writeFileSync(schemaFile, schemaText());
writeFileSync(readmeFile, readmeText());
