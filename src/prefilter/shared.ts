/** Numbers in memory that threads share. */
export function sharedInts(values: ArrayLike<number>): Int32Array {
  const shared = new Int32Array(new SharedArrayBuffer(values.length * 4));
  shared.set(values);
  return shared;
}

export function sharedBytes(values: ArrayLike<number>): Uint8Array {
  const shared = new Uint8Array(new SharedArrayBuffer(values.length));
  shared.set(values);
  return shared;
}

/** The beginnings of lists that lie one behind the other, and the end of the last. */
export function startsOf(lists: readonly { readonly length: number }[]): Int32Array {
  const starts = new Int32Array(new SharedArrayBuffer((lists.length + 1) * 4));
  for (const [number, { length }] of lists.entries()) starts[number + 1] = starts[number]! + length;
  return starts;
}
