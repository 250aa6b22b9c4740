import { describe, expect, test } from 'vitest';
import { fullAddress, nameOf } from '../../src/remote/addresses.ts';
import { isRemote, parseLocation } from '../../src/remote/location.ts';

describe('parseLocation', () => {
  test('takes apart the addresses of S3', () => {
    expect(parseLocation('s3://bucket/some/key.parquet')).toEqual({
      scheme: 's3',
      bucket: 'bucket',
      key: 'some/key.parquet',
    });
    expect(parseLocation('s3://bucket')).toMatchObject({ bucket: 'bucket', key: '' });
    expect(() => parseLocation('s3://key:secret@bucket/x')).toThrow(/names no bucket$/);
  });

  test.each([
    ['hf://datasets/a/b', { repo: 'a/b', revision: 'main', path: '' }],
    ['hf://datasets/a/b/data/*.parquet', { repo: 'a/b', revision: 'main', path: 'data/*.parquet' }],
    ['hf://datasets/a/b@v1.0/data', { repo: 'a/b', revision: 'v1.0', path: 'data' }],
    ['hf://datasets/a/b@v1.0', { repo: 'a/b', revision: 'v1.0', path: '' }],
    [
      'hf://datasets/a/b@refs/convert/parquet/default/x',
      { revision: 'refs/convert/parquet', path: 'default/x' },
    ],
    ['hf://datasets/a/b@refs%2Fpr%2F3/x', { revision: 'refs/pr/3', path: 'x' }],
    ['hf://datasets/a/b/with@sign.parquet', { repo: 'a/b', revision: 'main', path: 'with@sign.parquet' }],
  ])('takes apart %s', (name, expected) => {
    expect(parseLocation(name)).toMatchObject({ scheme: 'hf', ...expected });
  });

  test.each(['hf://owner/model/x', 'hf://datasets/only-a-name'])('refuses %s', (name) => {
    expect(() => parseLocation(name)).toThrow(/no data set of the hub$/);
  });

  test('takes plain http for this machine alone', () => {
    expect(parseLocation('http://127.0.0.1:9000/x')).toMatchObject({ scheme: 'https' });
    expect(() => parseLocation('http://example.com/x?token=secret')).toThrow(/not encrypted/);
    expect(() => parseLocation('http://127.0.0.1.example.com/x')).toThrow(/not encrypted/);
  });

  test('says which addresses can be read where a scheme is unknown', () => {
    expect(() => parseLocation('gs://bucket/x')).toThrow(/"gs:\/\/"/);
  });

  test('tells addresses from paths', () => {
    expect(isRemote('S3://bucket/x')).toBe(true);
    expect(['data/x.parquet', '/data/s3:/x', 'C:\\data', 'a:b'].some(isRemote)).toBe(false);
  });
});

describe('nameOf', () => {
  test('leaves out what may be secret, and keeps it for the request', () => {
    const signed = 'https://me:secret@data.example/a/x.parquet?X-Amz-Signature=abc&part=1#frag';
    const name = nameOf(signed);
    expect(name).toBe('https://data.example/a/x.parquet');
    expect(fullAddress(name)).toBe(signed);
  });

  test('refuses two addresses that would have one name', () => {
    nameOf('https://data.example/b?token=1');
    expect(() => nameOf('https://data.example/b?token=2')).toThrow(/differ in query or user alone/);
  });
});
