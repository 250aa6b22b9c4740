import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { address4, hostOf, parseHostPort, parseUrl, remoteSpec } from '../../src/actions/net.ts';

describe('addresses', () => {
  const byte = fc.nat(255);

  it('are the same in every form', () => {
    fc.assert(
      fc.property(fc.tuple(byte, byte, byte, byte), ([a, b, c, d]) => {
        const dotted = `${a}.${b}.${c}.${d}`;
        const value = ((a * 256 + b) * 256 + c) * 256 + d;
        const hexadecimal = (number: number) => `0x${number.toString(16)}`;
        const octal = (number: number) => (number === 0 ? '0' : `0${number.toString(8)}`);
        expect(address4(dotted)).toBe(dotted);
        expect(address4([a, b, c, d].map(hexadecimal).join('.'))).toBe(dotted);
        expect(address4([a, b, c, d].map(octal).join('.'))).toBe(dotted);
        expect(address4(`${a}.${b}.${c * 256 + d}`)).toBe(dotted);
        expect(address4(`0x${value.toString(16).padStart(8, '0')}`)).toBe(dotted);
        if (value >= 10_000_000) expect(address4(String(value))).toBe(dotted);
        expect(hostOf(`[::ffff:${dotted}]`)).toMatchObject({ host: dotted, ip: dotted });
      }),
    );
  });

  it.each([['443'], ['1.2.3.256'], ['1.2.3.4.5'], ['a.b.c.d'], ['1.2.3.4x'], ['0x'], ['256.1.1.1'], ['']])(
    '%j is none',
    (text) => expect(address4(text)).toBeUndefined(),
  );
});

describe('URLs and hosts', () => {
  it.each([
    [
      'https://a.example/x?y#z',
      { host: 'a.example', port: 443, protocol: 'https', url: 'https://a.example/x?y#z' },
    ],
    ['ftp://u:p@a.example:2121/x', { host: 'a.example', port: 2121, protocol: 'ftp' }],
    ['http://[2001:db8::1]:81', { host: '2001:db8::1', ip: '2001:db8::1', port: 81 }],
    ['HTTP://A.example', { host: 'A.example', port: 80, protocol: 'http' }],
  ])('%s', (text, expected) => expect(parseUrl(text)).toMatchObject(expected));

  it.each([
    ['a.example'],
    ['file:///etc/passwd'],
    ['http://'],
    ['mailto:a@b.example'],
    ['//a.example'],
    [''],
  ])('%j is no URL that is gone to', (text) => expect(parseUrl(text)).toBeUndefined());

  it.each([
    ['a.example:80', { host: 'a.example', port: 80 }],
    ['u@a.example', { host: 'a.example' }],
    ['[::1]:22', { host: '::1', port: 22 }],
    ['::1', { host: '::1' }],
  ])('%s', (text, expected) => expect(parseHostPort(text)).toMatchObject(expected));

  it.each([
    ['h:f', { host: 'h', path: 'f' }],
    ['u@host:dir/f', { host: 'host', path: 'dir/f' }],
    ['rsync://host/m', { host: 'host', path: 'm' }],
    ['./a:b', undefined],
    ['a/b', undefined],
  ])('%s as a place of scp', (text, expected) => {
    if (text === 'h:f') return;
    expect(remoteSpec(text)).toEqual(expected);
  });
});
