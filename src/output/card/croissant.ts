import type { SchemaNode } from '../../parquet/schema.ts';
import { isText, listElement } from '../../parquet/schema.ts';
import type { RunFacts, Table } from './run-facts.ts';

/**
 * Croissant 1.1 metadata of a run's tables, with provenance in PROV-O terms and the responsible-AI terms.
 * https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html
 * There are no times in it: the same run gives the same bytes.
 */
export function croissant(facts: RunFacts): unknown {
  const { report, tables, inputs } = facts;
  const { version, rows, config } = report;
  return {
    '@context': context,
    '@type': 'sc:Dataset',
    name: 'trajsieve-run',
    description: `Agent trajectories filtered by trajsieve ${version}: ${rows.kept} of ${rows.in} rows kept, ${rows.quarantined} quarantined, ${rows.dropped} dropped, ${rows.unreadable} unreadable.`,
    conformsTo: 'http://mlcommons.org/croissant/1.1',
    version,
    isLiveDataset: false,
    'prov:wasDerivedFrom': inputs.slice(0, mostListed).map(({ name, footer }) => ({
      '@type': 'prov:Entity',
      'prov:label': name,
      ...(footer === undefined ? {} : { sha256: footer }),
    })),
    'prov:wasGeneratedBy': {
      '@type': 'prov:Activity',
      'prov:label': 'filtering by declared rules and a declared policy',
      'prov:used': Object.entries({ ...config.fingerprints }).map(([name, hash]) => ({
        '@type': 'prov:Entity',
        'prov:label': name === 'policy' ? `policy ${String(config.settings['policy'])}` : name,
        sha256: hash,
      })),
      'prov:wasAssociatedWith': { '@type': 'prov:SoftwareAgent', 'prov:label': `trajsieve ${version}` },
    },
    'rai:dataPreprocessingProtocol': [
      'Each trajectory was read step by step; tool calls were parsed into the actions they perform; rules and detectors looked at actions, messages and observations; the policy turned findings into what became of each row.',
    ],
    'rai:dataManipulationProtocol':
      'Kept rows keep the bytes of every input column. Columns named trajsieve_ were added. ledger/ accounts for each row.',
    'rai:machineAnnotationTools': [`trajsieve ${version}`],
    'rai:dataLimitations': [
      'A row without findings is one in which the active rules found nothing; it was not proved safe.',
      ...(report.errors > 0 ? [`${report.errors} rows could not be examined.`] : []),
    ],
    'rai:personalSensitiveInformation': [
      'Inputs were not searched for personal data. quarantine/ and findings/ may hold secrets of the inputs.',
    ],
    distribution: tables.flatMap(distribution),
    recordSet: tables.map(recordSet),
  };
}

/** Files and inputs that are listed one by one; `ledger/` and `plan.json` have all. */
const mostListed = 1000;

/** A table's files one by one with their hashes, and all of them as a set. */
function distribution({ config, folder, files }: Table): unknown[] {
  return [
    ...files.slice(0, mostListed).map(({ path, size, sha256 }) => ({
      '@type': 'cr:FileObject',
      '@id': path,
      name: path,
      contentUrl: path,
      contentSize: `${size} B`,
      encodingFormat: 'application/vnd.apache.parquet',
      sha256,
    })),
    {
      '@type': 'cr:FileSet',
      '@id': `${config}-files`,
      name: `${config}-files`,
      encodingFormat: 'application/vnd.apache.parquet',
      includes: `${folder}/*.parquet`,
    },
  ];
}

function recordSet({ config, columns }: Table): unknown {
  return {
    '@type': 'cr:RecordSet',
    '@id': config,
    name: config,
    field: columns.map((column) => field(column, config, config)),
  };
}

/** A column as a field. What is nested is a field of its own below it; lists are arrays of unknown length. */
function field(node: SchemaNode, parent: string, config: string): unknown {
  const id = `${parent}/${node.name}`;
  const element = listElement(node);
  const inner = element ?? node;
  const base = {
    '@type': 'cr:Field',
    '@id': id,
    name: id,
    ...(element === undefined ? {} : { isArray: true, arrayShape: '-1' }),
    ...(parent === config
      ? { source: { fileSet: { '@id': `${config}-files` }, extract: { column: node.name } } }
      : {}),
    ...(node.name.startsWith('trajsieve_') && parent === config ? { description: 'added by trajsieve' } : {}),
  };
  if (inner.type !== undefined) return { ...base, dataType: dataTypeOf(inner) };
  return { ...base, subField: inner.children.map((child) => field(child, id, config)) };
}

function dataTypeOf(leaf: SchemaNode): string {
  if (isText(leaf)) return 'sc:Text';
  if (leaf.logical === 'TIMESTAMP') return 'sc:DateTime';
  if (leaf.logical === 'DATE') return 'sc:Date';
  if (leaf.type === 'BOOLEAN') return 'sc:Boolean';
  if (leaf.type === 'INT32' || leaf.type === 'INT64') return 'sc:Integer';
  if (leaf.type === 'FLOAT' || leaf.type === 'DOUBLE') return 'sc:Float';
  return 'sc:Text';
}

/** The context of the specification, with PROV-O beside it. */
const context = {
  '@language': 'en',
  '@vocab': 'https://schema.org/',
  arrayShape: 'cr:arrayShape',
  citeAs: 'cr:citeAs',
  column: 'cr:column',
  conformsTo: 'dct:conformsTo',
  containedIn: 'cr:containedIn',
  cr: 'http://mlcommons.org/croissant/',
  data: { '@id': 'cr:data', '@type': '@json' },
  dataType: { '@id': 'cr:dataType', '@type': '@vocab' },
  dct: 'http://purl.org/dc/terms/',
  description: { '@container': '@language' },
  equivalentProperty: 'cr:equivalentProperty',
  examples: { '@id': 'cr:examples', '@type': '@json' },
  extract: 'cr:extract',
  field: 'cr:field',
  fileObject: 'cr:fileObject',
  fileProperty: 'cr:fileProperty',
  fileSet: 'cr:fileSet',
  format: 'cr:format',
  includes: 'cr:includes',
  isArray: 'cr:isArray',
  isLiveDataset: 'cr:isLiveDataset',
  jsonPath: 'cr:jsonPath',
  key: 'cr:key',
  md5: 'cr:md5',
  name: { '@container': '@language' },
  parentField: 'cr:parentField',
  path: 'cr:path',
  prov: 'http://www.w3.org/ns/prov#',
  rai: 'http://mlcommons.org/croissant/RAI/',
  recordSet: 'cr:recordSet',
  references: 'cr:references',
  regex: 'cr:regex',
  repeated: 'cr:repeated',
  replace: 'cr:replace',
  samplingRate: 'cr:samplingRate',
  sc: 'https://schema.org/',
  separator: 'cr:separator',
  source: 'cr:source',
  subField: 'cr:subField',
  transform: 'cr:transform',
} as const;
