import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readFooter } from '../../src/parquet/footer.ts';
import { openFile } from '../../src/parquet/source.ts';
import { sieve } from '../compose/sieve.ts';
import { writePolicy, writeRules } from '../compose/support.ts';
import { temporaryFolder } from '../support/temporary.ts';

it('what compose reads is for its owner, and says what it holds', async () => {
  const folder = temporaryFolder();
  const input = join(folder, 'train.jsonl');
  const call = { name: 'bash', arguments: JSON.stringify({ command: './xmrig -u secret-wallet' }) };
  const step = {
    role: 'assistant',
    content: 'so',
    tool_calls: [{ id: 'a', type: 'function', function: call }],
  };
  writeFileSync(
    input,
    `${JSON.stringify({ messages: [{ role: 'user', content: 'now ./xmrig -u secret-wallet' }, step] })}\n`,
  );
  const policy = writePolicy(join(folder, 'own.yaml'), { mining: 'redact' });
  const out = join(folder, 'out');
  const [entry] = await sieve([input], out, { policy, rules: writeRules(folder) });
  const file = (top: string) =>
    join(out, entry!.outputs.find(({ path }) => path.startsWith(`${top}/`))!.path);
  expect(statSync(file('scan')).mode & 0o777).toBe(0o600);
  expect(statSync(file('data')).mode & 0o077).not.toBe(0);
  const source = openFile(file('scan'));
  const { keyValues } = await readFooter(source);
  source.close();
  expect(keyValues.get('trajsieve.notice')).toMatch(/not to be published/);
  // what it warns of is so: the excerpt is redacted elsewhere
  expect(readFileSync(file('findings')).includes('secret-wallet')).toBe(false);
});
