/**
 * A small syntax tree that Python, JavaScript and the one-liner languages are brought to, so that one evaluator
 * serves them all. It keeps what matters for what code does: calls, names, strings, assignments, definitions.
 */

interface Node {
  /** positions in the text */
  readonly start: number;
  readonly end: number;
}

export type Expression = Node &
  (
    | { readonly type: 'string'; readonly value: string; readonly bytes?: boolean }
    | { readonly type: 'number'; readonly value: number }
    | { readonly type: 'constant'; readonly value: boolean | null }
    | { readonly type: 'name'; readonly name: string }
    | { readonly type: 'attribute'; readonly object: Expression; readonly name: string }
    | { readonly type: 'index'; readonly object: Expression; readonly index: Expression }
    | {
        readonly type: 'slice';
        readonly object: Expression;
        readonly from?: Expression;
        readonly to?: Expression;
        readonly step?: Expression;
      }
    | {
        readonly type: 'call';
        readonly callee: Expression;
        readonly arguments: readonly Argument[];
        readonly created?: boolean;
      }
    | {
        readonly type: 'binary';
        readonly operator: string;
        readonly left: Expression;
        readonly right: Expression;
      }
    | { readonly type: 'unary'; readonly operator: string; readonly operand: Expression }
    | { readonly type: 'list'; readonly items: readonly Expression[]; readonly tuple?: boolean }
    | { readonly type: 'dict'; readonly entries: readonly (readonly [Expression, Expression])[] }
    | {
        readonly type: 'template';
        readonly parts: readonly (string | Expression)[];
        readonly bytes?: boolean;
      }
    | {
        readonly type: 'function';
        readonly parameters: readonly Parameter[];
        readonly body: readonly Statement[];
        readonly name?: string;
      }
    | {
        readonly type: 'comprehension';
        readonly element: Expression;
        readonly clauses: readonly Clause[];
      }
    | {
        readonly type: 'conditional';
        readonly test: Expression;
        readonly then: Expression;
        readonly else: Expression;
      }
    | {
        readonly type: 'assign';
        readonly target: Expression;
        readonly operator: string;
        readonly value: Expression;
      }
    /** a text given to a shell: backticks, `qx{}`, `!command` */
    | { readonly type: 'shell'; readonly command: Expression }
    /** anything else: only what is inside matters */
    | { readonly type: 'other'; readonly inside: readonly Expression[] }
  );

export interface Argument {
  readonly name?: string;
  readonly value: Expression;
  /** `*args`, `...args` */
  readonly spread?: boolean;
}

export interface Parameter {
  readonly name: string;
  readonly default?: Expression;
  readonly rest?: boolean;
}

/** `for targets in iterable if conditions` */
export interface Clause {
  readonly targets: readonly Expression[];
  readonly iterable: Expression;
  readonly conditions: readonly Expression[];
}

export type Statement = Node &
  (
    | { readonly type: 'expression'; readonly value: Expression }
    | {
        readonly type: 'assignment';
        readonly targets: readonly Expression[];
        readonly operator: string;
        readonly value: Expression;
      }
    | {
        readonly type: 'definition';
        readonly name: string;
        readonly parameters: readonly Parameter[];
        readonly body: readonly Statement[];
        readonly bodyStart: number;
        readonly decorators: readonly Expression[];
      }
    | {
        readonly type: 'class';
        readonly name: string;
        readonly bases: readonly Expression[];
        readonly body: readonly Statement[];
      }
    | {
        readonly type: 'import';
        readonly names: readonly { readonly path: string; readonly alias: string }[];
        readonly modules: readonly string[];
      }
    | {
        readonly type: 'for';
        readonly targets: readonly Expression[];
        readonly iterable: Expression;
        readonly body: readonly Statement[];
      }
    | { readonly type: 'while'; readonly test: Expression | undefined; readonly body: readonly Statement[] }
    | { readonly type: 'block'; readonly tests: readonly Expression[]; readonly body: readonly Statement[] }
    | {
        readonly type: 'with';
        readonly items: readonly { readonly value: Expression; readonly target?: Expression }[];
        readonly body: readonly Statement[];
      }
    | { readonly type: 'return'; readonly value: Expression | undefined }
    | { readonly type: 'raise'; readonly value: Expression | undefined }
    | { readonly type: 'delete'; readonly targets: readonly Expression[] }
  );

/** A text read into statements. */
export interface Program {
  readonly source: string;
  readonly body: readonly Statement[];
}
