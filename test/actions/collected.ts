import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';

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
  readonly tool_calls?:
    | readonly { readonly function: { readonly name: string; readonly arguments: string } }[]
    | null;
}

/** The tool calls of collected trajectories, step by step: `benign` or `labelled`. */
export async function collectedCalls(kind: string): Promise<(readonly (readonly [string, string])[])[][]> {
  const trajectories = await rows<{ messages: readonly Message[] }>(`trajectories_${kind}`);
  return trajectories.map(({ messages }) =>
    messages.map(({ tool_calls }) =>
      (tool_calls ?? []).map((call) => [call.function.name, call.function.arguments ?? ''] as const),
    ),
  );
}
