import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A pack of three rules: reverse tunnels are critical, miners high, port scans medium and of low confidence. Tests
 * with rules of their own do not change when others do.
 */
export function writeRules(folder: string): string {
  const pack = join(folder, 'rules');
  const rules: Record<string, string> = {
    tunnels: `title: Reverse tunnel
name: own-tunnel
status: stable
level: critical
logsource: { product: linux, category: process_creation }
detection:
  program: { Image|endswith: /ssh }
  reverse: { CommandLine|contains: ' -R' }
  condition: program and reverse
`,
    mining: `title: Miner
name: own-miner
status: test
level: high
logsource: { product: linux, category: process_creation }
detection:
  miner: { CommandLine|contains: xmrig }
  condition: miner
`,
    'network-probing': `title: Port scan
name: own-scan
status: experimental
level: medium
logsource: { product: linux, category: process_creation }
detection:
  scanner: { Image|endswith: /nmap }
  condition: scanner
`,
  };
  for (const [name, text] of Object.entries(rules)) {
    mkdirSync(join(pack, name), { recursive: true });
    writeFileSync(join(pack, name, 'rule.yml'), text);
    writeFileSync(
      join(pack, name, 'classifier.yaml'),
      `name: ${name}\ntitle: Own\nclass: safety\nmeans: found\nignores: nothing\n`,
    );
  }
  return pack;
}

/** Writes a policy that goes by category. */
export function writePolicy(path: string, byCategory: Readonly<Record<string, string>>): string {
  const lines = Object.entries(byCategory).map(
    ([category, disposition]) =>
      `  - when: { category: ${category} }\n    verdict: unsafe\n    disposition: ${disposition}\n`,
  );
  writeFileSync(
    path,
    `name: own\nfindings:\n${lines.join('')}  - verdict: safe\n    disposition: annotate\n` +
      'rows: { safe: keep, undecided: quarantine, error: quarantine }\n',
  );
  return path;
}
