/**
 * Writes the table of categories in `classifiers/README.md`. Run it after a rule was added:
 * `npm run build && node dist/scripts/make-classifier-docs.js`.
 */
import { writeFileSync } from 'node:fs';
import { classifierReadme, classifierReadmeText } from './classifier-docs.ts';

writeFileSync(classifierReadme, await classifierReadmeText());
