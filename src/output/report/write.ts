import { join } from 'node:path';
import { writeAtomically } from '../../pipeline/files.ts';
import { collectReport, type ReportOptions } from './collect.ts';
import { renderHtml } from './html.ts';
import { renderMarkdown } from './markdown.ts';
import type { ReportModel } from './model.ts';

/** Writes `report.md` and `report.html` beside `report.json` of a finished run. The same run gives the same bytes. */
export async function writeReports(folder: string, options: ReportOptions = {}): Promise<ReportModel> {
  const model = await collectReport(folder, options);
  writeAtomically(join(folder, 'report.md'), renderMarkdown(model));
  writeAtomically(join(folder, 'report.html'), renderHtml(model));
  return model;
}
