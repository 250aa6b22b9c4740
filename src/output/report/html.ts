import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { packagePath } from '../../package-path.ts';
import { chartLibraries } from './libraries.ts';
import type { ReportModel } from './model.ts';
import { pageScript } from './page-script.ts';

/**
 * The report as one page that needs no network. Nothing from data becomes markup: it is carried as JSON in blocks that
 * browsers do not run, with every `<` escaped, and put on the page as text. Should that fail, the content security
 * policy lets nothing run but the scripts named by their hashes, and nothing be fetched or sent.
 */
export function renderHtml(model: ReportModel): string {
  const { listed, ...summary } = model;
  const libraries = chartLibraries();
  const style = asset('report.css');
  const scripts = [...libraries.map(({ script }) => script), pageScript()];
  const policy = [
    "default-src 'none'",
    `script-src ${scripts.map(hashOf).join(' ')}`,
    `style-src ${[style, plotStyle].map(hashOf).join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const licences = libraries
    .map(({ name, version, licence }) => `${name} ${version}\n\n${licence}`)
    .join('\n\n');
  const page = asset('page.template');
  const parts: Readonly<Record<string, string>> = {
    policy,
    style,
    summary: inertJson(summary),
    findings: inertJson(listed),
    licences: escapeText(licences),
    scripts: scripts.map((script) => `<script>${checkScript(script)}</script>`).join('\n'),
  };
  // one pass, so that what is put in is not searched again
  return page.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const part = parts[name];
    if (part === undefined) throw new Error(`page.template names ${name}, which is nothing`);
    return part;
  });
}

/** The style sheet that Observable Plot puts beside each chart, with the class name that `assets/charts.js` gives. */
const plotStyle = `:where(.plot) {
  --plot-background: white;
  display: block;
  height: auto;
  height: intrinsic;
  max-width: 100%;
}
:where(.plot text),
:where(.plot tspan) {
  white-space: pre;
}`;

function asset(name: string): string {
  return readFileSync(packagePath('src/output/report/assets', name), 'utf8');
}

/** JSON that no HTML parser can take for markup, in whatever it stands. */
export function inertJson(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/** A script that held `</script` would end early, and its rest would stand on the page. */
function checkScript(script: string): string {
  if (/<\/script|<!--/i.test(script)) throw new Error('a script of the report holds markup');
  return script;
}
