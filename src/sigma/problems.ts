import { TrajsieveError } from '../errors.ts';

/** What loading found: errors stop the rule they stand in, warnings do not. Both say file, line and rule. */
export class Problems {
  readonly errors: TrajsieveError[] = [];
  readonly warnings: TrajsieveError[] = [];
}

/** Reports problems of one document: knows its file and its rule, so that each report names both. */
export class Reporter {
  readonly file: string;
  /** title and id of the rule, as far as they are known */
  rule: string | undefined;
  /** how many errors this document has had */
  errorCount = 0;
  readonly #problems: Problems;

  constructor(problems: Problems, file: string) {
    this.#problems = problems;
    this.file = file;
  }

  error(code: string, message: string, line: number, remedy?: string): void {
    this.errorCount++;
    this.#problems.errors.push(this.#make(code, message, line, remedy));
  }

  warn(code: string, message: string, line: number, remedy?: string): void {
    this.#problems.warnings.push(this.#make(code, message, line, remedy));
  }

  #make(code: string, message: string, line: number, remedy: string | undefined): TrajsieveError {
    const where = { file: this.file, line, ...(this.rule === undefined ? {} : { rule: this.rule }) };
    return new TrajsieveError(code, message, remedy === undefined ? { where } : { where, remedy });
  }
}

/** All that is wrong with a set of rules, in one error: `errors` holds each of them with its place. */
export class SigmaRulesError extends TrajsieveError {
  readonly errors: readonly TrajsieveError[];

  constructor(errors: readonly TrajsieveError[]) {
    const noun = errors.length === 1 ? 'error' : 'errors';
    const list = errors.map((error) => `\n  ${error.describe()}`).join('');
    super('sigma-rules-invalid', `sigma rules: ${errors.length} ${noun}${list}`);
    this.errors = errors;
  }
}
