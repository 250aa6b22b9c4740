import type { Outcome } from './modifier.ts';
import { compileRegex, type RegexFlags } from './regex.ts';

/** A pattern as a value. @param source the pattern as the rule has it, where modifiers changed it */
export function regexValue(pattern: string, flags: RegexFlags, source = pattern): Outcome {
  const result = compileRegex(pattern, flags);
  if ('regex' in result) return { kind: 'regex', source, pattern, regex: result.regex };
  return { code: 'sigma-bad-regex', ...result };
}
