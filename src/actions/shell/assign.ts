import type { Assignment } from 'unbash';
import { emitCode } from '../frame.ts';
import { splices } from '../splice.ts';
import { expandText, expandWord } from './expand.ts';
import type { Context, Field, Variable } from './state.ts';

/** Variables that steer the shell itself or the tools that it starts: setting one is an act of its own. */
const SETTINGS =
  /^(?:HIST(?:FILE|SIZE|FILESIZE|CONTROL|IGNORE|TIMEFORMAT)|PROMPT_COMMAND|PATH|ENV|BASH_ENV|SHELLOPTS|IFS|TMOUT|LD_\w+|DYLD_\w+|PYTHONPATH|PYTHONSTARTUP|PYTHONWARNINGS|NODE_OPTIONS|PERL5OPT|PERL5LIB|RUBYOPT|\w*(?:proxy|PROXY)|DOCKER_HOST|KUBECONFIG|GIT_\w+|AWS_\w+|CUDA_VISIBLE_DEVICES|PAGER|EDITOR|VISUAL|BROWSER|MANPAGER|PIP_\w+|NPM_CONFIG_\w+|UV_\w+)$/;

/**
 * Sets a variable in the shell, or only for a command (`transient`); its text, as far as it is known.
 */
export function assign(context: Context, assignment: Assignment, transient: boolean): string {
  const { value, name } = assignment;
  const { variables } = context.state;
  const before = variables.get(name);
  if (value.type === 'ArrayValue') {
    const items = value.elements.flatMap((word) => expandWord(context, word).map((field) => field.text));
    const old = assignment.append === true ? (before?.items ?? []) : [];
    if (!transient) variables.set(name, { items: [...old, ...items] });
    return items.join(' ');
  }
  const field = expandText(context, value);
  if (transient) return field.text;
  if (assignment.index !== undefined) {
    const at = Number(assignment.index.value);
    const items = [...(before?.items ?? [])];
    if (Number.isInteger(at) && at >= 0 && at < 256) items[at] = field.text;
    variables.set(name, { items: Array.from(items, (item) => item ?? '') });
    return field.text;
  }
  const exported = before?.exported === true ? { exported: true } : {};
  variables.set(name, {
    ...variableOf(field, context.frame.sink.hides, assignment.append === true ? before : undefined),
    ...exported,
  });
  noteSetting(context, name, field.text, assignment.pos, assignment.end);
  return field.text;
}

/** The value of a variable that is set to a word. */
export function variableOf(
  field: { readonly [K in 'text' | 'content' | 'undone']?: Field[K] | undefined } & { readonly text: string },
  hides: () => boolean,
  before?: Variable,
): Variable {
  if (field.content !== undefined) return { content: field.content };
  // a value that is one unknown expansion says no more than the variable's own name
  if (/^\$(?:\w+|\{\w+\}|\(\(?[\s\S]*\))$|^`[^`]*`$/.test(field.text)) return {};
  const old = before?.text ?? '';
  return splices(old, field.text) && !hides()
    ? {}
    : { text: old + field.text, ...(field.undone === undefined ? {} : { undone: field.undone }) };
}

/** A variable that steers shells or tools is worth an action, whoever reads it. */
export function noteSetting(context: Context, name: string, value: string, start: number, end: number): void {
  if (!SETTINGS.test(name)) return;
  emitCode(context.frame, { language: 'shell', construct: 'assign', name, value }, start, end);
}
