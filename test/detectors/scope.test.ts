import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isInScope, loadScope } from '../../src/detectors/scope.ts';
import { temporaryFolder } from '../support/temporary.ts';

function scope(text: string) {
  const file = join(temporaryFolder(), 'scope.yaml');
  writeFileSync(file, text);
  return loadScope(file);
}

const nothing = { hosts: [], paths: [] };

describe('a scope', () => {
  it('allows what it names, and no more', () => {
    const lab = scope(
      'hosts: ["*.lab.example"]\nnetworks: [10.1.0.0/16, "fd00::/8"]\npaths: ["/workspace/**"]\ntools: [nmap]\n',
    );
    expect(isInScope(lab, { ...nothing, hosts: ['db.lab.example'] })).toBe(true);
    expect(isInScope(lab, { ...nothing, hosts: ['10.1.44.2'] })).toBe(true);
    expect(isInScope(lab, { ...nothing, hosts: ['10.2.0.1'] })).toBe(false);
    expect(isInScope(lab, { ...nothing, hosts: ['fd00::1'] })).toBe(true);
    expect(isInScope(lab, { ...nothing, paths: ['/workspace/.git/config'] })).toBe(true);
    expect(isInScope(lab, { ...nothing, paths: ['/etc/shadow'] })).toBe(false);
    expect(isInScope(lab, { ...nothing, hosts: ['10.1.0.1', '8.8.8.8'] })).toBe(false);
    expect(isInScope(lab, { ...nothing, program: 'nmap' })).toBe(true);
  });

  it('is not left by a way round', () => {
    const lab = scope('paths: ["/workspace/**"]\nhosts: [db.lab.example]\n');
    expect(isInScope(lab, { ...nothing, paths: ['/workspace/../etc/shadow'] })).toBe(false);
    expect(isInScope(lab, { ...nothing, paths: ['/workspace/./a/../b'] })).toBe(true);
    expect(isInScope(lab, { ...nothing, hosts: ['DB.lab.example.'] })).toBe(true);
  });

  it('that says nothing about a kind of thing leaves it to the task', () => {
    expect(
      isInScope(scope('paths: ["/workspace/**"]\n'), { ...nothing, hosts: ['8.8.8.8'] }),
    ).toBeUndefined();
  });

  it('with a word or a network that it should not have is an error', () => {
    expect(() => scope('host: [a]\n')).toThrow(/host/);
    expect(() => scope('networks: [example.org]\n')).toThrow(/no address and no network/);
  });
});
