/** Ways in which an alert and an episode agree, from strongest to weakest. */
export const strengths = ['id', 'lease', 'address', 'host', 'content', 'time'] as const;
export type Strength = (typeof strengths)[number];

/** The key of a container id: Falco has the first 12 of 64 hexadecimal digits. */
export function containerKey(id: string): string {
  const plain = id.trim().toLowerCase();
  return /^[0-9a-f]{12,64}$/.test(plain) ? plain.slice(0, 12) : plain;
}

/** The first label of a host name: sensors have `gpu-01` where others have `gpu-01.cluster.local`. */
export function hostKey(name: string): string {
  const dot = name.indexOf('.');
  return dot < 0 ? name : name.slice(0, dot);
}

/** Whether two host names may be the same machine: equal, or one is the other without its domain. */
export function sameHost(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}.`) || b.startsWith(`${a}.`);
}
