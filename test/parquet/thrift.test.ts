import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  readThrift,
  type ThriftField,
  type ThriftStruct,
  type ThriftValue,
  thriftType,
  writeThrift,
} from '../../src/parquet/thrift.ts';

const leafField: fc.Arbitrary<ThriftField> = fc.oneof(
  fc.boolean().map((value) => ({ type: value ? thriftType.true : thriftType.false, value })),
  fc.integer({ min: -128, max: 127 }).map((value) => ({ type: thriftType.i8, value })),
  fc.integer({ min: -32768, max: 32767 }).map((value) => ({ type: thriftType.i16, value })),
  fc.integer().map((value) => ({ type: thriftType.i32, value })),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => ({ type: thriftType.i64, value })),
  fc.double({ noNaN: true }).map((value) => ({ type: thriftType.double, value })),
  fc.uint8Array({ maxLength: 300 }).map((value) => ({ type: thriftType.binary, value })),
  fc.uint8Array({ minLength: 16, maxLength: 16 }).map((value) => ({ type: thriftType.uuid, value })),
);

const { struct } = fc.letrec<{ struct: ThriftStruct; field: ThriftField }>((tie) => ({
  struct: fc
    .uniqueArray(fc.tuple(fc.integer({ min: 1, max: 400 }), tie('field')), {
      selector: ([id]) => id,
      maxLength: 6,
    })
    .map((fields) => new Map(fields.sort((a, b) => a[0] - b[0]))),
  field: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leafField,
    tie('struct').map((value) => ({ type: thriftType.struct, value })),
    fc.array(tie('struct'), { maxLength: 20 }).map((values) => ({
      type: thriftType.list,
      value: { elementType: thriftType.struct, values: values as ThriftValue[] },
    })),
    fc.array(fc.boolean(), { maxLength: 20 }).map((values) => ({
      type: thriftType.set,
      value: { elementType: thriftType.true, values: values as ThriftValue[] },
    })),
    fc
      .array(fc.tuple(fc.integer(), fc.uint8Array({ maxLength: 5 })), { minLength: 1, maxLength: 5 })
      .map((entries) => ({
        type: thriftType.map,
        value: { keyType: thriftType.i32, valueType: thriftType.binary, entries },
      })),
  ),
}));

describe('thrift', () => {
  it('comes back as it was written, types and unknown fields included', () => {
    fc.assert(
      fc.property(struct, (value) => {
        const bytes = writeThrift(value);
        const read = readThrift(bytes);
        expect(read.end).toBe(bytes.length);
        expect(read.struct).toEqual(value);
      }),
    );
  });

  it('that is damaged is an error, never a hang or a huge allocation', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          readThrift(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
      { numRuns: 5000 },
    );
  });
});
