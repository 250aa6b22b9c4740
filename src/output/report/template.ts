/**
 * The template of an excerpt: what stays when the parts that differ from run to run are taken out. Findings of one rule
 * with one template are one thing, repeated. The replacements go from the most to the least specific.
 */
export function templateOf(evidence: string): string {
  let text = evidence.slice(0, longestTemplate);
  for (const [pattern, name] of replacements) text = text.replace(pattern, name);
  return text.replace(/\s+/g, ' ').trim();
}

const longestTemplate = 160;

const replacements: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<uuid>'],
  [/\b\d{1,3}(?:\.\d{1,3}){3}\b/g, '<ip>'],
  [/\b[A-Za-z0-9+/]{32,}={0,2}/g, '<text>'],
  [/\b(?=[0-9a-f]*\d)[0-9a-f]{7,}\b/gi, '<hex>'],
  [/\d+(?:\.\d+)*/g, '<n>'],
];
