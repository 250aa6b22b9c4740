/**
 * Thrift's compact protocol, with types kept. hyparquet's reader forgets whether a number was an i8, i16 or
 * i32 and drops what it does not know; a footer that is read, changed and written again must keep all of it.
 * https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */

export const thriftType = {
  stop: 0,
  true: 1,
  false: 2,
  i8: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  binary: 8,
  list: 9,
  set: 10,
  map: 11,
  struct: 12,
  uuid: 13,
} as const;

export interface ThriftList {
  readonly elementType: number;
  readonly values: ThriftValue[];
}

export interface ThriftMap {
  readonly keyType: number;
  readonly valueType: number;
  readonly entries: [ThriftValue, ThriftValue][];
}

/** Booleans; i8, i16, i32 and doubles as numbers; i64 as bigint; binary and uuid as bytes. */
export type ThriftValue = boolean | number | bigint | Uint8Array | ThriftList | ThriftMap | ThriftStruct;

export interface ThriftField {
  readonly type: number;
  readonly value: ThriftValue;
}

/** A struct by field id, in the order in which the fields stood. */
export type ThriftStruct = Map<number, ThriftField>;

const maximumDepth = 64;

/** Reads one struct from `bytes` at `offset`. Throws a RangeError or Error on anything malformed. */
export function readThrift(bytes: Uint8Array, offset = 0): { struct: ThriftStruct; end: number } {
  const reader = new Reader(bytes, offset);
  const struct = reader.struct(0);
  return { struct, end: reader.offset };
}

class Reader {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  offset: number;

  constructor(bytes: Uint8Array, offset: number) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.offset = offset;
  }

  struct(depth: number): ThriftStruct {
    if (depth > maximumDepth) throw new Error('thrift nesting too deep');
    const fields: ThriftStruct = new Map();
    let id = 0;
    for (;;) {
      const head = this.byte();
      const type = head & 0x0f;
      if (type === thriftType.stop) return fields;
      const delta = head >> 4;
      id = delta === 0 ? Number(this.zigzag()) : id + delta;
      fields.set(id, { type, value: this.value(type, depth) });
    }
  }

  value(type: number, depth: number): ThriftValue {
    switch (type) {
      case thriftType.true:
        return true;
      case thriftType.false:
        return false;
      case thriftType.i8:
        return (this.byte() << 24) >> 24;
      case thriftType.i16:
      case thriftType.i32:
        return Number(this.zigzag());
      case thriftType.i64:
        return this.zigzag();
      case thriftType.double: {
        const value = this.view.getFloat64(this.offset, true);
        this.offset += 8;
        return value;
      }
      case thriftType.binary:
        return this.take(this.length());
      case thriftType.uuid:
        return this.take(16);
      case thriftType.list:
      case thriftType.set:
        return this.list(depth);
      case thriftType.map:
        return this.map(depth);
      case thriftType.struct:
        return this.struct(depth + 1);
      default:
        throw new Error(`thrift type ${type} unknown`);
    }
  }

  list(depth: number): ThriftList {
    const head = this.byte();
    const elementType = head & 0x0f;
    const size = head >> 4 === 15 ? this.length() : head >> 4;
    const values: ThriftValue[] = [];
    for (let i = 0; i < size; i++) values.push(this.element(elementType, depth));
    return { elementType, values };
  }

  map(depth: number): ThriftMap {
    const size = this.length();
    if (size === 0) return { keyType: 0, valueType: 0, entries: [] };
    const types = this.byte();
    const keyType = types >> 4;
    const valueType = types & 0x0f;
    const entries: [ThriftValue, ThriftValue][] = [];
    for (let i = 0; i < size; i++) {
      entries.push([this.element(keyType, depth), this.element(valueType, depth)]);
    }
    return { keyType, valueType, entries };
  }

  /** In containers a boolean is a byte of its own. */
  element(type: number, depth: number): ThriftValue {
    if (type === thriftType.true || type === thriftType.false) return this.byte() === 1;
    return this.value(type, depth);
  }

  byte(): number {
    const value = this.bytes[this.offset];
    if (value === undefined) throw new RangeError('thrift data ended early');
    this.offset += 1;
    return value;
  }

  /** A length or count: never more than the bytes that are left, so that bad data cannot ask for memory. */
  length(): number {
    const value = Number(this.varint());
    if (value > this.bytes.length - this.offset) {
      throw new RangeError(
        `thrift length ${value} exceeds the remaining ${this.bytes.length - this.offset} bytes`,
      );
    }
    return value;
  }

  take(length: number): Uint8Array {
    if (length > this.bytes.length - this.offset) throw new RangeError('thrift data ended early');
    const taken = this.bytes.subarray(this.offset, this.offset + length);
    this.offset += length;
    return taken;
  }

  varint(): bigint {
    let low = 0;
    let shift = 0;
    for (;;) {
      const byte = this.byte();
      if (shift >= 28) return this.longVarint(low, shift, byte);
      low |= (byte & 0x7f) << shift;
      if ((byte & 0x80) === 0) return BigInt(low);
      shift += 7;
    }
  }

  longVarint(low: number, shift: number, first: number): bigint {
    let result = BigInt(low);
    let byte = first;
    let at = BigInt(shift);
    for (;;) {
      result |= BigInt(byte & 0x7f) << at;
      if ((byte & 0x80) === 0) return BigInt.asUintN(64, result);
      at += 7n;
      if (at > 63n) throw new RangeError('thrift varint too long');
      byte = this.byte();
    }
  }

  zigzag(): bigint {
    const value = this.varint();
    return (value >> 1n) ^ -(value & 1n);
  }
}

/** Writes one struct. Fields are written in ascending order of their ids. */
export function writeThrift(struct: ThriftStruct): Uint8Array {
  const writer = new Writer();
  writer.struct(struct);
  return writer.bytes.subarray(0, writer.length);
}

class Writer {
  bytes = new Uint8Array(256);
  length = 0;

  struct(fields: ThriftStruct): void {
    let last = 0;
    for (const [id, field] of [...fields].sort((a, b) => a[0] - b[0])) {
      const type =
        typeof field.value === 'boolean' ? (field.value ? thriftType.true : thriftType.false) : field.type;
      const delta = id - last;
      if (delta > 0 && delta <= 15) {
        this.byte((delta << 4) | type);
      } else {
        this.byte(type);
        this.zigzag(BigInt(id));
      }
      last = id;
      this.value(type, field.value);
    }
    this.byte(thriftType.stop);
  }

  value(type: number, value: ThriftValue): void {
    if (typeof value === 'boolean') return;
    if (type === thriftType.i8) this.byte((value as number) & 0xff);
    else if (type === thriftType.double) this.double(value as number);
    else if (typeof value === 'number') this.zigzag(BigInt(value));
    else if (typeof value === 'bigint') this.zigzag(value);
    else if (value instanceof Uint8Array) {
      if (type !== thriftType.uuid) this.varint(BigInt(value.length));
      this.append(value);
    } else if (value instanceof Map) this.struct(value);
    else if ('entries' in value) this.map(value);
    else this.list(value);
  }

  list(list: ThriftList): void {
    const size = list.values.length;
    if (size < 15) {
      this.byte((size << 4) | list.elementType);
    } else {
      this.byte(0xf0 | list.elementType);
      this.varint(BigInt(size));
    }
    for (const value of list.values) this.element(list.elementType, value);
  }

  map(map: ThriftMap): void {
    this.varint(BigInt(map.entries.length));
    if (map.entries.length === 0) return;
    this.byte((map.keyType << 4) | map.valueType);
    for (const [key, value] of map.entries) {
      this.element(map.keyType, key);
      this.element(map.valueType, value);
    }
  }

  element(type: number, value: ThriftValue): void {
    if (typeof value === 'boolean') this.byte(value ? 1 : 2);
    else this.value(type, value);
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  double(value: number): void {
    this.reserve(8);
    new DataView(this.bytes.buffer).setFloat64(this.length, value, true);
    this.length += 8;
  }

  append(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  varint(value: bigint): void {
    let rest = value;
    while (rest > 0x7fn) {
      this.byte(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.byte(Number(rest));
  }

  zigzag(value: bigint): void {
    this.varint(BigInt.asUintN(64, (value << 1n) ^ (value >> 63n)));
  }

  reserve(size: number): void {
    if (this.length + size <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.length + size));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }
}

/** The field's value as a number (of any integer type), or undefined when the field is absent. */
export function numberField(struct: ThriftStruct, id: number): number | undefined {
  const value = struct.get(id)?.value;
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'number' ? value : undefined;
}

export function stringField(struct: ThriftStruct, id: number): string | undefined {
  const value = struct.get(id)?.value;
  return value instanceof Uint8Array ? decoder.decode(value) : undefined;
}

export function bytesField(struct: ThriftStruct, id: number): Uint8Array | undefined {
  const value = struct.get(id)?.value;
  return value instanceof Uint8Array ? value : undefined;
}

export function structField(struct: ThriftStruct, id: number): ThriftStruct | undefined {
  const value = struct.get(id)?.value;
  return value instanceof Map ? value : undefined;
}

export function booleanField(struct: ThriftStruct, id: number): boolean | undefined {
  const value = struct.get(id)?.value;
  return typeof value === 'boolean' ? value : undefined;
}

/** The values of a list field; empty when the field is absent. */
export function listField(struct: ThriftStruct, id: number): ThriftValue[] {
  const value = struct.get(id)?.value;
  return value !== undefined &&
    typeof value === 'object' &&
    'values' in value &&
    !(value instanceof Map) &&
    !(value instanceof Uint8Array)
    ? (value as ThriftList).values
    : [];
}

export function structListField(struct: ThriftStruct, id: number): ThriftStruct[] {
  return listField(struct, id).filter((value): value is ThriftStruct => value instanceof Map);
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();

export const i32 = (value: number): ThriftField => ({ type: thriftType.i32, value });
export const i64 = (value: number | bigint): ThriftField => ({ type: thriftType.i64, value: BigInt(value) });
export const binary = (value: Uint8Array | string): ThriftField => ({
  type: thriftType.binary,
  value: typeof value === 'string' ? encoder.encode(value) : value,
});
export const bool = (value: boolean): ThriftField => ({ type: thriftType.true, value });
export const structOf = (value: ThriftStruct): ThriftField => ({ type: thriftType.struct, value });
export const structList = (values: ThriftStruct[]): ThriftField => ({
  type: thriftType.list,
  value: { elementType: thriftType.struct, values },
});
export const i32List = (values: number[]): ThriftField => ({
  type: thriftType.list,
  value: { elementType: thriftType.i32, values },
});
export const i64List = (values: (number | bigint)[]): ThriftField => ({
  type: thriftType.list,
  value: { elementType: thriftType.i64, values: values.map((value) => BigInt(value)) },
});
export const binaryList = (values: Uint8Array[]): ThriftField => ({
  type: thriftType.list,
  value: { elementType: thriftType.binary, values },
});
export const boolList = (values: boolean[]): ThriftField => ({
  type: thriftType.list,
  value: { elementType: thriftType.true, values },
});
