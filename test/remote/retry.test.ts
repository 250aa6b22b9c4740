import { describe, expect, test } from 'vitest';
import { type RetryOptions, retryAfterOf, TransientError, withRetries } from '../../src/remote/retry.ts';

const quick: RetryOptions = { attempts: 4, firstDelay: 1, longestDelay: 4, random: () => 1 };

function failing(times: number, error: unknown) {
  let calls = 0;
  const work = async () => {
    calls += 1;
    if (calls <= times) throw error;
    return calls;
  };
  return { work, calls: () => calls };
}

describe('withRetries', () => {
  test('tries again what may pass', async () => {
    const { work } = failing(3, new TransientError('server answered 503'));
    expect(await withRetries(work, undefined, quick)).toBe(4);
  });

  test('gives up after the last attempt, with the last error', async () => {
    const { work, calls } = failing(9, new TransientError('server answered 503'));
    await expect(withRetries(work, undefined, quick)).rejects.toThrow('server answered 503');
    expect(calls()).toBe(4);
  });

  test('does not repeat what will not pass', async () => {
    const { work, calls } = failing(9, new Error('server answered 403'));
    await expect(withRetries(work, undefined, quick)).rejects.toThrow('403');
    expect(calls()).toBe(1);
  });

  test('finds a broken connection among the causes, however deep', async () => {
    const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
    const { work, calls } = failing(
      1,
      new TypeError('fetch failed', { cause: new Error('socket', { cause: reset }) }),
    );
    await withRetries(work, undefined, quick);
    expect(calls()).toBe(2);
  });

  test('waits as long as the server asks', async () => {
    const started = performance.now();
    const { work } = failing(1, new TransientError('slow down', { retryAfter: 150 }));
    await withRetries(work, undefined, quick);
    expect(performance.now() - started).toBeGreaterThan(140);
  });

  test('stops waiting when it is told to', async () => {
    const stop = new AbortController();
    const { work, calls } = failing(9, new TransientError('slow down', { retryAfter: 60_000 }));
    setTimeout(() => stop.abort(), 20);
    await expect(withRetries(work, stop.signal, quick)).rejects.toThrow('slow down');
    expect(calls()).toBe(2);
  });
});

test('Retry-After is seconds or a date', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  expect(retryAfterOf('3', now)).toBe(3000);
  expect(retryAfterOf('Thu, 01 Jan 2026 00:00:05 GMT', now)).toBe(5000);
  expect([undefined, null, '', 'soon', '0', '-1'].map((header) => retryAfterOf(header, now))).toEqual(
    Array(6).fill(undefined),
  );
});
