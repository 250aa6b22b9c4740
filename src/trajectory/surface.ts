/**
 * Where a text stands, as rules see it: what the agent calls tools with, what it says, what comes back, what was asked,
 * and the names of the tools.
 */
export const surfaces = ['call', 'message', 'observation', 'request', 'tool'] as const;
export type Surface = (typeof surfaces)[number];

/** A set of surfaces, one bit each. */
export const surfaceBit: Readonly<Record<Surface, number>> = {
  call: 1,
  message: 2,
  observation: 4,
  request: 8,
  tool: 16,
};
export const everySurface = 31;
