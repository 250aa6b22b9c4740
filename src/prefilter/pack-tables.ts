import type { PrefilterTables } from './prefilter.ts';

type Kind = 'Uint8Array' | 'Int8Array' | 'Uint16Array' | 'Int32Array' | 'Uint32Array';
type Numbers = Uint8Array | Int8Array | Uint16Array | Int32Array | Uint32Array;

const kinds: Readonly<
  Record<Kind, new (buffer: SharedArrayBuffer, offset: number, length: number) => Numbers>
> = { Uint8Array, Int8Array, Uint16Array, Int32Array, Uint32Array };

/** What stands for an array of numbers in the text that describes the tables: its type, and where it is. */
type Place = readonly [kind: Kind, offset: number, length: number];

/** Numbers begin at multiples of this, whatever their width. */
const alignment = 8;

/** Tables as bytes: the length of a JSON text, that text, and the numbers of all arrays behind it. */
export function packTables(key: string, tables: PrefilterTables): Buffer {
  const arrays: Uint8Array[] = [];
  let size = 0;
  const text = JSON.stringify({ key, tables }, (_, value: unknown) => {
    if (!ArrayBuffer.isView(value)) return value;
    const bytes = new Uint8Array(Math.ceil(value.byteLength / alignment) * alignment);
    bytes.set(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    const place: Place = [value.constructor.name as Kind, size, (value as unknown as Numbers).length];
    arrays.push(bytes);
    size += bytes.length;
    return { numbers: place };
  });
  const head = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  return Buffer.concat([length, head, ...arrays]);
}

/** The tables in memory that threads share; undefined where they are of another key. */
export function unpackTables(key: string, packed: Uint8Array): PrefilterTables | undefined {
  const bytes = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength);
  const behind = 4 + bytes.readUInt32LE(0);
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length - behind));
  shared.set(bytes.subarray(behind));
  const read = JSON.parse(bytes.toString('utf8', 4, behind), (_, value: { numbers?: Place } | null) => {
    const place = value?.numbers;
    if (!Array.isArray(place)) return value;
    const [kind, offset, length] = place as Place;
    return new kinds[kind](shared.buffer, offset, length);
  }) as { key: string; tables: PrefilterTables };
  return read.key === key ? read.tables : undefined;
}
