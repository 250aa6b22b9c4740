import {
  type CompiledRule,
  type FieldValue,
  loadSigma,
  readSigma,
  type SigmaEvent,
  type SigmaOptions,
  type Taxonomy,
} from '../../src/sigma/index.ts';

/** Events as actions give them, and a category whose field holds dates. */
export const taxonomy: Taxonomy = {
  process_creation: {
    products: ['linux'],
    fields: [
      'Image',
      'CommandLine',
      'ParentImage',
      'ParentCommandLine',
      'CurrentDirectory',
      'User',
      'LogonId',
    ],
  },
  file_event: { products: ['linux'], fields: ['Image', 'TargetFilename'] },
  network_connection: {
    products: ['linux'],
    fields: ['Image', 'DestinationIp', 'DestinationHostname', 'DestinationPort', 'Initiated'],
  },
  tool_call: { products: ['agent'], fields: ['Tool', 'Arguments', 'When'] },
};

export const options: SigmaOptions = { taxonomy };

let count = 0;

/** A rule with the given detection. The product is left out, so that it fits every event of the category. */
export function ruleText(detection: string, category = 'process_creation', head = ''): string {
  const indented = detection.trimEnd().replace(/^/gm, '  ');
  return `title: Test rule ${++count}\n${head}logsource:\n  category: ${category}\ndetection:\n${indented}\n`;
}

/** The one rule that a detection makes. */
export function compile(
  detection: string,
  category?: string,
  more: Partial<SigmaOptions> = {},
): CompiledRule {
  const text = ruleText(detection, category);
  const [rule] = loadSigma([{ file: 'test.yml', text }], { ...options, ...more }).rules;
  return rule!;
}

/** A rule whose one selection is the given lines. */
export function select(lines: string, category?: string, more: Partial<SigmaOptions> = {}): CompiledRule {
  return compile(`selection:\n${lines.replace(/^/gm, '  ')}\ncondition: selection`, category, more);
}

export function process(fields: Record<string, FieldValue>, step = 1, time?: number): SigmaEvent {
  return eventOf('process_creation', 'linux', fields, step, time);
}

export function eventOf(
  category: string,
  product: string,
  fields: Record<string, FieldValue>,
  step = 1,
  time?: number,
): SigmaEvent {
  return { category, product, fields, step, ...(time === undefined ? {} : { time }) };
}

export function command(text: string): SigmaEvent {
  return process({ CommandLine: text });
}

/** The errors of a file, each as people see it. */
export function errorsOf(text: string, more: Partial<SigmaOptions> = {}): string[] {
  return readSigma([{ file: 'test.yml', text }], { ...options, ...more }).errors.map((error) =>
    error.describe(),
  );
}

/** The warnings of a file, each as people see it. */
export function warningsOf(text: string, more: Partial<SigmaOptions> = {}): string[] {
  return readSigma([{ file: 'test.yml', text }], { ...options, ...more }).warnings.map((one) =>
    one.describe(),
  );
}
