import {
  base64Offsets,
  bytesOf,
  dashLimit,
  dashVariants,
  type Utf16,
  utf16Bytes,
  utf16Pattern,
} from './encode.ts';
import { hasWildcard, literalOf, type Pattern } from './glob.ts';
import { type Apply, type ModifierProblem, misfit, type Outcome } from './modifier.ts';
import type { Value } from './value.ts';

/** The value, encoded. Matched without regard to case like any text, as pySigma has it. */
export function base64(value: Value): Outcome {
  const bytes = encodable(value);
  if (bytes === undefined) return notEncodable('base64', value);
  return textValue(value, [Buffer.from(bytes).toString('base64')]);
}

/** The value as it may stand anywhere in something encoded. */
export function base64offset(value: Value): Outcome {
  const bytes = encodable(value);
  if (bytes === undefined) return notEncodable('base64offset', value);
  const variants = base64Offsets(bytes);
  if (variants.includes('')) {
    const problem = `value '${value.source}' is too short for 'base64offset': a part of it would match anything`;
    return { code: 'sigma-bad-value', problem };
  }
  const values = variants.map((variant) => textValue(value, [variant]));
  return { kind: 'any', source: value.source, values };
}

/** The dashes of options in every way that Windows takes them. */
export function windash(value: Value): Outcome {
  if (value.kind !== 'text' || value.bytes !== undefined) return misfit('windash', 'a plain text', value);
  const variants = dashVariants(value.pattern);
  if (variants === undefined) {
    const problem = `value '${value.source}' has more than ${dashLimit} dashes for 'windash' to vary`;
    return { code: 'sigma-bad-value', problem, remedy: 'split it into several values' };
  }
  return { kind: 'any', source: value.source, values: variants.map((pattern) => ({ ...value, pattern })) };
}

/** The value as UTF-16. */
export function encoded(form: Utf16): Apply {
  return (value) => {
    if (value.kind !== 'text' || value.bytes !== undefined) return misfit(form, 'a plain text', value);
    const bytes = hasWildcard(value.pattern) ? undefined : utf16Bytes(literalOf(value.pattern), form);
    const pattern = utf16Pattern(value.pattern, form);
    if (pattern === undefined && bytes === undefined) {
      const problem = `value '${value.source}' has characters that '${form}' cannot place beside wildcards`;
      return { code: 'sigma-bad-value', problem };
    }
    if (pattern === undefined) return { ...value, bytes: bytes!, bytesOnly: true };
    return { ...value, pattern, ...(bytes === undefined ? {} : { bytes }) };
  };
}

function encodable(value: Value): Uint8Array | undefined {
  if (value.kind !== 'text') return undefined;
  return value.bytes ?? bytesOf(value.pattern);
}

function notEncodable(modifier: string, value: Value): ModifierProblem {
  if (value.kind !== 'text') return misfit(modifier, 'a text', value);
  const problem = `'${modifier}' cannot encode the wildcards in '${value.source}'`;
  return {
    code: 'sigma-bad-modifier',
    problem,
    remedy: `put '${modifier}' before 'contains', 'startswith', 'endswith'`,
  };
}

function textValue(value: Value, pattern: Pattern): Value {
  return { kind: 'text', source: value.source, pattern, cased: value.kind === 'text' && value.cased };
}
