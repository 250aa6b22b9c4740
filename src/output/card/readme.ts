import { stringify } from 'yaml';
import { codeSpan, count, percent } from '../report/text.ts';
import type { RunFacts, Table } from './run-facts.ts';

/**
 * The data card: a `README.md` that Hugging Face reads as the card of a data set. The folder of a run can be uploaded as
 * it is; `load_dataset(…, 'clean')`, `'quarantine'` and `'findings'` then load its tables, and
 * `'negative'` and `'pairs'` where there are any.
 * https://huggingface.co/docs/hub/datasets-manual-configuration
 */
export function renderDataCard(facts: RunFacts): string {
  const parts = [
    '# Data card',
    summary(facts),
    '## Tables',
    tables(facts),
    '## Where it comes from',
    provenance(facts),
    '## What was looked for',
    ...lookedFor(facts),
    '## What was not looked for',
    notLookedFor(facts),
    '## What is left',
    residual(facts),
    '## Use',
    use(),
  ];
  return `---\n${stringify(metadata(facts), { lineWidth: 0 })}---\n\n${parts.join('\n\n')}\n`;
}

function metadata({ tables: all, report }: RunFacts): unknown {
  return {
    tags: ['agent', 'trajectories', 'safety', 'trajsieve'],
    annotations_creators: ['machine-generated'],
    size_categories: [sizeCategory(report.rows.kept)],
    configs: all.map((table) => ({
      config_name: table.config,
      ...(table.config === 'clean' ? { default: true } : {}),
      data_files: table.splits.map((split) => ({ split, path: `${table.folder}/${split}-*.parquet` })),
    })),
    dataset_info: all.map((table) => ({
      config_name: table.config,
      splits: table.splits.map((split) => ({ name: split, ...splitSize(table, split) })),
      download_size: table.files.reduce((sum, file) => sum + file.size, 0),
    })),
  };
}

function splitSize({ files }: Table, split: string): { num_examples: number; num_bytes: number } {
  const own = files.filter(({ path }) => path.split('/').at(-1)!.startsWith(`${split}-`));
  return {
    num_examples: own.reduce((sum, file) => sum + file.rows, 0),
    num_bytes: own.reduce((sum, file) => sum + file.size, 0),
  };
}

/** As https://huggingface.co/datasets names them. */
function sizeCategory(rows: number): string {
  const steps = [
    [1e3, 'n<1K'],
    [1e4, '1K<n<10K'],
    [1e5, '10K<n<100K'],
    [1e6, '100K<n<1M'],
    [1e7, '1M<n<10M'],
    [1e8, '10M<n<100M'],
    [1e9, '100M<n<1B'],
  ] as const;
  return steps.find(([most]) => rows < most)?.[1] ?? 'n>1B';
}

function summary({ report }: RunFacts): string {
  const { rows, tally, version, config, errors } = report;
  return [
    `Agent trajectories, filtered by trajsieve ${version} with the policy ${codeSpan(String(config.settings['policy']))}: ` +
      `${count(rows.in)} rows in, ${count(rows.kept)} kept${rows.edited > 0 ? ` (${count(rows.edited)} with changes)` : ''}, ` +
      `${count(rows.quarantined)} quarantined, ${rows.negative > 0 ? `${count(rows.negative)} negative, ` : ''}` +
      `${count(rows.dropped)} dropped, ${count(rows.unreadable)} unreadable. ${count(tally.findings)} findings; ` +
      `${count(errors)} rows could not be examined.`,
    '`report.html` shows what was found and what left the data. `ledger/` accounts for every row; `trajsieve verify` proves it.',
  ].join('\n\n');
}

/** Of the folder that is no table. */
const scanNotice =
  '`scan/` is for `trajsieve compose` alone and is no part of the data set. It holds excerpts as they stand in the inputs, also of what the policy redacts: do not publish it.';

function tables({ tables: all }: RunFacts): string {
  const about: Readonly<Record<string, string>> = {
    data: 'the rows to train on: every column of the input as it was, and the `trajsieve_` columns beside it',
    quarantine: 'rows set aside; look before using any of them',
    negative: 'rows set apart as examples of what not to do',
    pairs: 'negative rows (`rejected`) beside a safe trajectory of the same `prompt` (`chosen`)',
    findings: 'one row per finding: where, what, how severe, what came of it, with a short excerpt',
  };
  const lines = all.map(({ config, folder, files }) => {
    const rows = files.reduce((sum, file) => sum + file.rows, 0);
    return `| \`${config}\` | \`${folder}/\` | ${count(rows)} | ${about[folder] ?? ''} |`;
  });
  const table = ['| config | folder | rows | what it holds |', '| --- | --- | --- | --- |', ...lines];
  return `${table.join('\n')}\n\n${scanNotice}`;
}

function provenance({ inputs, specs, report }: RunFacts): string {
  const shown = inputs.slice(0, 50);
  const lines = shown.map(({ name, rows, size, footer }) => {
    const hash = footer === undefined ? '' : `\`${footer.slice(0, 16)}…\``;
    return `| ${codeSpan(name)} | ${rows === null ? '' : count(rows)} | ${count(size)} | ${hash} |`;
  });
  const more =
    inputs.length > shown.length ? `\n\n${count(inputs.length - shown.length)} more in \`plan.json\`.` : '';
  const { fingerprints } = report.config;
  return [
    `Read as ${specs.map((spec) => codeSpan(spec)).join(', ')} from:`,
    `${['| file | rows | bytes | SHA-256 of its footer |', '| --- | --- | --- | --- |', ...lines].join('\n')}${more}`,
    `Fingerprints: ${Object.entries(fingerprints)
      .map(([name, hash]) => `${name} \`${hash}\``)
      .join(', ')}. The same inputs, version and fingerprints give the same bytes.`,
    'The licence is that of the inputs; trajsieve adds none.',
  ].join('\n\n');
}

function lookedFor({ rules, report }: RunFacts): string[] {
  if (rules === undefined) return ['The run did not record which rules were active.'];
  const categories = new Map<string, { class: string; rules: number }>();
  for (const rule of rules) {
    const category = categories.get(rule.category);
    if (category === undefined) categories.set(rule.category, { class: rule.class, rules: 1 });
    else category.rules += 1;
  }
  const { categories: found, rowsByCategory } = report.tally;
  const lines = [...categories].map(([name, { class: kind, rules: number }]) => {
    const rows = rowsByCategory[name] ?? 0;
    return `| ${codeSpan(name)} | ${kind} | ${count(number)} | ${count(found[name] ?? 0)} | ${count(rows)} (${percent(rows, report.rows.in)}) |`;
  });
  return [
    `${count(rules.length)} rules and detectors, by category. \`detectors.json\` lists them.`,
    ['| category | class | rules | findings | rows |', '| --- | --- | --- | --- | --- |', ...lines].join(
      '\n',
    ),
  ];
}

function notLookedFor({ unread, report }: RunFacts): string {
  const { rows, errors, config } = report;
  const limit = config.settings['limit'];
  const notes = [
    'Anything that no rule above describes. A row without findings is one in which these rules found nothing; it was not proved safe.',
    'What an agent did outside of its recorded tool calls: the network, the file system and other processes were not watched.',
    'What is in images, audio and other attachments, and text in no form that trajsieve decodes.',
    ...(unread.length > 0
      ? [
          `Columns that nobody read: ${unread
            .slice(0, 40)
            .map((name) => codeSpan(name))
            .join(', ')}.`,
        ]
      : []),
    ...(errors > 0
      ? [
          `${count(errors)} rows that could not be examined. The policy says where they went; none of them counts as safe.`,
        ]
      : []),
    ...(rows.unreadable > 0
      ? [`${count(rows.unreadable)} rows that could not be read at all. They are in no table.`]
      : []),
    ...(limit === undefined || limit === null
      ? []
      : [`Rows behind the first ${String(limit)}: the run was limited.`]),
  ];
  return notes.map((note) => `- ${note}`).join('\n');
}

function residual({ audit }: RunFacts): string {
  const sentence = (audit as { sentence?: string } | undefined)?.sentence;
  if (sentence !== undefined) return `${sentence} (\`audit.json\`)`;
  return 'Nobody has audited the kept rows yet. `trajsieve audit sample` draws rows for people to label, `trajsieve audit estimate` says how much may be left.';
}

function use(): string {
  return [
    'Made for training on what is in `clean`, and for studying what is not. `quarantine` and `findings` hold harmful behaviour, and may hold secrets and personal data of the inputs: they are not for training, and not to be published without a look.',
    '```python\nfrom datasets import load_dataset\nclean = load_dataset("path/to/this/folder", "clean")\n```',
  ].join('\n\n');
}
