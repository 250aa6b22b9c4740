import { describe, expect, it } from 'vitest';
import { ByteCache } from '../../src/actions/cache.ts';

describe('the cache of parsed calls', () => {
  it('keeps to its bytes, and gives up what was not used for longest', () => {
    const cache = new ByteCache<number>(10_000);
    for (let at = 0; at < 100; at += 1) {
      cache.set(`key ${at}`, at, 500);
      cache.get('key 0');
      expect(cache.size).toBeLessThanOrEqual(10_000);
    }
    expect(cache.get('key 0')).toBe(0);
    expect(cache.get('key 1')).toBeUndefined();
    expect(cache.get('key 99')).toBe(99);
  });

  it('counts a key that is set again once', () => {
    const cache = new ByteCache<string>(10_000);
    cache.set('a', 'x', 100);
    const before = cache.size;
    cache.set('a', 'y', 100);
    expect(cache.size).toBe(before);
    expect(cache.get('a')).toBe('y');
  });

  it('leaves out what would push all else away', () => {
    const cache = new ByteCache<string>(10_000);
    cache.set('small', 'x', 100);
    cache.set('large', 'y', 9_000);
    expect(cache.get('large')).toBeUndefined();
    expect(cache.get('small')).toBe('x');
  });
});
