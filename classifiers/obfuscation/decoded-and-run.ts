import type { Action, ProcessAction } from '../../src/actions/index.ts';
import type { Detector } from '../../src/detectors/contract.ts';

/** What the action layer says it undid to see a command: encodings, not wrappers. */
const encodings = new Set([
  'base64',
  'base32',
  'hex',
  'uuencode',
  'gzip',
  'zlib',
  'brotli',
  'rev',
  'tac',
  'tr',
  'openssl',
]);

/** Programs that undo an encoding, and the options with which they do; without options they always do. */
const decoders: Readonly<Record<string, RegExp | undefined>> = {
  base64: /\s(?:-d|-D|--decode|-\w*d\w*)(?:\s|$)/,
  gbase64: /\s(?:-d|-D|--decode)(?:\s|$)/,
  base32: /\s(?:-d|-D|--decode)(?:\s|$)/,
  basenc: /\s(?:-d|--decode)(?:\s|$)/,
  b64decode: undefined,
  uudecode: undefined,
  xxd: /\s-\w*r\w*/,
  rev: undefined,
  openssl: /\s-d(?:\s|$)/,
  base58: /\s-d/,
  ascii85: /\s-d/,
  gunzip: undefined,
  zcat: undefined,
  bzcat: undefined,
  xzcat: undefined,
  // bytes written as escapes
  printf: /(?:\\?\\x[0-9a-f]{2}){2}|(?:\\?\\[0-7]{3}){2}/i,
};

const shells = /^(?:ba|da|z|k|a|)sh$/;
const interpreters = /^(?:python[\d.]*|perl|ruby|node|php[\d.]*|lua[\d.]*)$/;

/**
 * Text that is decoded and handed to a shell or interpreter at once: what runs cannot be read in the command. Decoding
 * into a file, or to look at something, is left alone.
 */
const decodedAndRun: Detector = {
  meta: {
    id: 'obfuscation-decoded-and-run',
    title: 'Decoded text run at once',
    category: 'obfuscation',
    class: 'trustworthiness',
    severity: 'high',
    version: '1',
    attack: ['T1027.010', 'T1140'],
    requestedBy: [
      {
        verbs: ['decode', 'deobfuscate', 'run', 'execute'],
        objects: ['base64', 'payload', 'encoded', 'hex'],
      },
    ],
  },
  literals: [
    'base64',
    'gbase64',
    'base32',
    'basenc',
    'b64decode',
    'uudecode',
    'xxd',
    'base58',
    'ascii85',
    'openssl',
    'rev',
    'gunzip',
    'zcat',
    'bzcat',
    'xzcat',
  ]
    .map((word) => ({ surface: 'call' as const, all: [word] }))
    .concat(
      ['sh', 'bash'].flatMap((shell) => [
        { surface: 'call', all: ['printf', shell] },
        { surface: 'call', all: [' tr ', shell] },
      ]),
    ),
  examples: {
    match: [
      'echo aWQ= | base64 -d | sh',
      'eval "$(echo 6c73 | xxd -r -p)"',
      'base64 --decode /tmp/p.b64 | bash',
      'bash -c "$(rev <<< \'di\')"',
    ],
    ignore: [
      'echo aGVsbG8= | base64 -d',
      'base64 -d key.b64 > key.pem',
      "kubectl get secret s -o jsonpath='{.data.x}' | base64 -d",
      'cat logo.png | base64 -w0',
    ],
  },
  *detect(_, { actions }) {
    for (const action of actions) {
      if (action.kind !== 'process') continue;
      const name = programOf(action);
      const decoder = decodes(action, actions);
      const isShell = shells.test(name);
      if (!isShell && name !== 'eval' && !interpreters.test(name) && !ranDecoded(action, actions)) continue;
      if (decoder === undefined && !ranDecoded(action, actions)) continue;
      const { step, call, argument, span } = action.origin;
      yield {
        step,
        call,
        argument,
        span,
        evidence: `${decoder ?? action.origin.via.join(', ')}: ${action.commandLine}`,
        targets: [name],
        severity: interpreters.test(name) ? 'medium' : 'high',
      };
    }
  },
};

const programOf = (process: ProcessAction) => process.image.split('/').at(-1) ?? '';

/** The command that decodes what the process is fed. */
function decodes(process: ProcessAction, actions: readonly Action[]): string | undefined {
  const hasScript = process.argv.slice(1).some((word) => !word.startsWith('-'));
  if (hasScript || process.argv.includes('-c')) return undefined;
  const from = process.pipedFrom === undefined ? undefined : actions[process.pipedFrom];
  if (from?.kind !== 'process') return undefined;
  const name = programOf(from);
  if (!(name in decoders)) return undefined;
  const option = decoders[name];
  return option === undefined || option.test(from.commandLine) ? from.commandLine : undefined;
}

/** A command out of decoded text that a shell or `eval` was given. */
function ranDecoded(process: ProcessAction, actions: readonly Action[]): boolean {
  const { via } = process.origin;
  const parent = process.parent === undefined ? undefined : actions[process.parent];
  if (parent?.kind !== 'process') return false;
  const by = programOf(parent);
  return (
    (shells.test(by) || by === 'eval') &&
    parent.argv.every(
      (word, at) => at === 0 || by === 'eval' || word.startsWith('-') || parent.argv[at - 1] === '-c',
    ) &&
    via.some((how) => encodings.has(how))
  );
}

export default decodedAndRun;
