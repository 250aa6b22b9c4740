/** Where an error happened. Only what is known is set. */
export interface Where {
  readonly file?: string;
  readonly line?: number;
  readonly row?: number;
  readonly column?: string;
  readonly rule?: string;
  readonly step?: number;
}

/**
 * An error that people and programs can act on: a stable `code`, a sentence that says what happened,
 * where it happened, and what to do about it.
 */
export class TrajsieveError extends Error {
  readonly code: string;
  readonly where: Where;
  readonly remedy: string | undefined;

  /**
   * @param code stable, kebab-case, e.g. `parquet-encrypted`
   * @param message lower case, noun first, quoting the input that caused it
   */
  constructor(
    code: string,
    message: string,
    options: { where?: Where; remedy?: string; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'TrajsieveError';
    this.code = code;
    this.where = options.where ?? {};
    this.remedy = options.remedy;
  }

  /** One line for people: message, place, remedy. */
  describe(): string {
    const { file, line, row, column, rule, step } = this.where;
    const place = [
      file === undefined ? '' : line === undefined ? file : `${file}:${line}`,
      rule === undefined ? '' : `rule ${rule}`,
      column === undefined ? '' : `column ${column}`,
      row === undefined ? '' : `row ${row}`,
      step === undefined ? '' : `step ${step}`,
    ].filter(Boolean);
    const at = place.length > 0 ? ` (${place.join(', ')})` : '';
    const remedy = this.remedy === undefined ? '' : `; ${this.remedy}`;
    return `${this.message}${at}${remedy}`;
  }
}

/** The same error with more known about where it happened; what was known already stays. */
export function locate(error: unknown, where: Where): TrajsieveError {
  if (error instanceof TrajsieveError) {
    const options = { where: { ...where, ...error.where }, cause: error.cause };
    return new TrajsieveError(
      error.code,
      error.message,
      error.remedy === undefined ? options : { ...options, remedy: error.remedy },
    );
  }
  return new TrajsieveError('internal', messageOf(error), { where, cause: error });
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
