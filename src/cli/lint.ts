import { relative } from 'node:path';
import { readExamples } from '../detectors/example.ts';
import { ownAttributes } from '../detectors/load.ts';
import { loadPacks } from '../detectors/pack.ts';
import { requirementsOfRule } from '../detectors/requirements.ts';
import { taxonomy } from '../detectors/taxonomy.ts';
import { readSigma } from '../sigma/index.ts';
import { exitCode } from './command.ts';
import { formatTable } from './table.ts';

/** Examples that each of our own rules should have. */
const examplesWanted = 3;

/** Words that are in so many commands that they pick out nothing. */
const everyday = new Set([
  'curl',
  'wget',
  'rm',
  'chmod',
  'git',
  'cd',
  'ls',
  'cat',
  'grep',
  'sed',
  'awk',
  'echo',
  'python',
  'python3',
  'pip',
  'npm',
  'node',
  'bash',
  'sh',
  'sudo',
  'cp',
  'mv',
  'mkdir',
  'find',
  'tar',
  'make',
  'tmp',
  'bin',
  'usr',
  'etc',
  'home',
  'root',
  'dev',
  'null',
  'http',
  'https',
  'test',
  'true',
  'false',
  'import',
  'print',
  'os',
  'sys',
  'open',
  'file',
  'data',
  'docker',
  'apt',
  'install',
]);

/** Reports what is wrong or slow about rules: errors, rules that do not apply, rules without literals or examples. */
export async function lintRules(
  paths: readonly string[],
  classifiers: readonly string[],
  json: boolean,
): Promise<number> {
  const packs = await loadPacks(paths.length > 0 ? paths : classifiers);
  const texts = packs.flatMap((pack) => pack.rules);
  const isOurs = new Set(
    packs
      .filter((pack) => pack.classifier !== undefined)
      .flatMap((pack) => pack.rules.map(({ file }) => file)),
  );
  const { rules, correlations, notApplicable, warnings, errors } = readSigma(texts, {
    taxonomy,
    customAttributes: [...ownAttributes],
  });
  const remarks: { file: string; rule: string; remark: string }[] = [];
  for (const rule of rules) {
    const note = (remark: string) => remarks.push({ file: rule.file, rule: rule.title, remark });
    const requirements = requirementsOfRule(rule, 1);
    if (requirements.some(({ words }) => words.length === 0))
      note('has no literal: every value is parsed for it');
    else if (requirements.some(({ words }) => words.every(({ text }) => everyday.has(text)))) {
      note('asks for words that are in every other command');
    }
    if (rule.level === undefined) note('has no level');
    if (!isOurs.has(rule.file)) continue;
    if (rule.name === undefined) note('has no name');
    if (rule.status === undefined) note('has no status');
    if (rule.falsePositives.length === 0) note('names no false positives');
    const { match, ignore } = readExamples(rule.raw['examples'], rule.title, rule.file);
    if (match.length < examplesWanted)
      note(`has ${match.length} examples to match, should have ${examplesWanted}`);
    if (ignore.length < examplesWanted)
      note(`has ${ignore.length} look-alikes to ignore, should have ${examplesWanted}`);
  }
  const summary = {
    files: texts.length,
    applicable: rules.length + correlations.length,
    notApplicable: notApplicable.map(({ meta, logSource, reason }) => ({
      file: meta.file,
      rule: meta.title,
      logSource,
      reason,
    })),
    errors: errors.map((error) => error.describe()),
    warnings: warnings.map((warning) => warning.describe()),
    remarks,
  };
  if (json) process.stdout.write(`${JSON.stringify(summary, undefined, 2)}\n`);
  else print(summary);
  return errors.length > 0 ? exitCode.error : exitCode.done;
}

function print(summary: {
  files: number;
  applicable: number;
  notApplicable: { file: string; rule: string; reason: string }[];
  errors: string[];
  warnings: string[];
  remarks: { file: string; rule: string; remark: string }[];
}): void {
  const write = (text: string) => process.stdout.write(text);
  const name = (file: string) => relative(process.cwd(), file);
  for (const error of summary.errors) write(`error: ${error}\n`);
  for (const warning of summary.warnings) write(`warning: ${warning}\n`);
  for (const { file, rule, remark } of summary.remarks) write(`${name(file)}: ${rule}: ${remark}\n`);
  if (summary.notApplicable.length > 0) {
    write('not applicable\n');
    write(formatTable(summary.notApplicable.map(({ file, reason }) => [name(file), reason])));
  }
  write(
    `${summary.files} files: ${summary.applicable} rules apply, ${summary.notApplicable.length} do not, ` +
      `${summary.errors.length} errors, ${summary.warnings.length} warnings, ${summary.remarks.length} remarks\n`,
  );
}
