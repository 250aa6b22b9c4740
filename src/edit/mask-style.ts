import type { AddedField } from '../parquet/edit.ts';
import type { Role } from '../trajectory/model.ts';

/**
 * How trainers are told that nothing is to be learned from a message: a field of the message itself. What a step that
 * is not masked says is what the trainer takes it to be where the field is missing, so that data with the field and
 * without it train alike.
 *
 * | style | field | masked | other messages of the assistant | all others | read by |
 * | --- | --- | --- | --- | --- | --- |
 * | openai-weight | `weight` | 0 | 1 | none | OpenAI fine-tuning |
 * | axolotl-train | `train` | false | true | false | axolotl, `message_field_training: train` |
 * | slime-step-loss-mask | `step_loss_mask` | 0 | 1 | 1 | slime, `mask_utils.py` |
 * | llamafactory-loss-weight | `loss_weight` | 0.0 | 1.0 | 0.0 | LLaMA-Factory v1, without a converter |
 * | torchtune-masked | `masked` | true | false | true | torchtune, `Message.from_dict` |
 * | nebius-mask | `mask` | false | true | false | data sets of Nebius |
 *
 * The style `neutral` adds no field: the column `trajsieve_masked_steps` names the steps, as it does with every style.
 */
export interface MaskStyle {
  readonly name: string;
  readonly field: string;
  readonly type: AddedField['type'];
  readonly masked: number;
  /** of the assistant's messages that are not masked */
  readonly trained: number;
  /** of all others; undefined for none */
  readonly others: number | undefined;
}

const styles: readonly MaskStyle[] = [
  { name: 'openai-weight', field: 'weight', type: 'INT32', masked: 0, trained: 1, others: undefined },
  { name: 'axolotl-train', field: 'train', type: 'BOOLEAN', masked: 0, trained: 1, others: 0 },
  { name: 'slime-step-loss-mask', field: 'step_loss_mask', type: 'INT32', masked: 0, trained: 1, others: 1 },
  {
    name: 'llamafactory-loss-weight',
    field: 'loss_weight',
    type: 'DOUBLE',
    masked: 0,
    trained: 1,
    others: 0,
  },
  { name: 'torchtune-masked', field: 'masked', type: 'BOOLEAN', masked: 1, trained: 0, others: 1 },
  { name: 'nebius-mask', field: 'mask', type: 'BOOLEAN', masked: 0, trained: 1, others: 0 },
];

/** The names of all styles. */
export const maskStyleNames = ['neutral', ...styles.map(({ name }) => name)] as const;

/** A style by its name; undefined for `neutral`, which adds no field. Throws for a name that is none. */
export function maskStyle(name: string): MaskStyle | undefined {
  const found = styles.find((style) => style.name === name);
  if (found === undefined && name !== 'neutral')
    throw new Error(`mask style ${JSON.stringify(name)} is unknown`);
  return found;
}

/** The value of an unmasked step, by who speaks. */
export function unmaskedValue(style: MaskStyle, role: Role): number | undefined {
  return role === 'assistant' ? style.trained : style.others;
}

/** A value as JSON writes it. */
export function maskJson({ type }: MaskStyle, value: number): string {
  return type === 'BOOLEAN' ? String(value !== 0) : type === 'DOUBLE' ? value.toFixed(1) : String(value);
}

/** A value as the plain encoding of a physical type has it; undefined for a type that holds no such value. */
export function maskBytes(type: string, value: number): Uint8Array | undefined {
  const bytes = Buffer.alloc(8);
  switch (type) {
    case 'BOOLEAN':
      return Uint8Array.of(value);
    case 'INT32':
      bytes.writeInt32LE(value);
      return bytes.subarray(0, 4);
    case 'INT64':
      bytes.writeBigInt64LE(BigInt(value));
      return bytes;
    case 'FLOAT':
      bytes.writeFloatLE(value);
      return bytes.subarray(0, 4);
    case 'DOUBLE':
      bytes.writeDoubleLE(value);
      return bytes;
    default:
      return undefined;
  }
}
