import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import type { Role, Step, Trajectory } from '../../src/trajectory/model.ts';

const folder = join(import.meta.dirname, '../../../shared/data/eval');

/** Whether the collected commands and trajectories, which are no part of this repository, stand beside it. */
export const hasCollected = existsSync(join(folder, 'commands_benign.parquet'));

async function rows<Row>(name: string): Promise<Row[]> {
  const file = await asyncBufferFromFile(join(folder, `${name}.parquet`));
  return (await parquetReadObjects({ file, compressors })) as Row[];
}

/** The texts of collected commands: `benign`, `unsafe` or `dualuse`. */
export async function collectedCommands(kind: string): Promise<string[]> {
  return (await rows<{ text: string }>(`commands_${kind}`)).map(({ text }) => text);
}

interface Message {
  readonly role: string;
  readonly content?: string | null;
  readonly tool_calls?:
    | readonly { readonly function: { readonly name: string; readonly arguments: string } }[]
    | null;
}

/** Collected trajectories: `benign` or `labelled`. */
export async function collectedTrajectories(kind: string): Promise<Trajectory[]> {
  const trajectories = await rows<{ messages: readonly Message[] }>(`trajectories_${kind}`);
  return trajectories.map(({ messages }) => ({ metadata: {}, steps: messages.map(readStep) }));
}

function readStep({ role, content, tool_calls }: Message, index: number): Step {
  const text = content ?? '';
  return {
    index,
    role: role as Role,
    text: role === 'tool' ? '' : text,
    observations: role === 'tool' ? [{ text }] : [],
    toolCalls: (tool_calls ?? []).map(({ function: { name, arguments: given } }, at) => ({
      index: at,
      name,
      arguments: given ?? '',
    })),
  };
}

/** The tool calls of collected trajectories, step by step: `benign` or `labelled`. */
export async function collectedCalls(kind: string): Promise<(readonly (readonly [string, string])[])[][]> {
  const trajectories = await collectedTrajectories(kind);
  return trajectories.map(({ steps }) =>
    steps.map(({ toolCalls }) => toolCalls.map((call) => [call.name, call.arguments] as const)),
  );
}
