import { interpretGeneric } from './code/generic.ts';
import { interpretJavaScript } from './code/javascript.ts';
import { interpretPowershell } from './code/powershell.ts';
import { interpretPython } from './code/python.ts';
import { interpretScript } from './code/script.ts';
import type { Content } from './content.ts';
import { interpretCrontab } from './documents/crontab.ts';
import { interpretDockerfile } from './documents/dockerfile.ts';
import { interpretMakefile } from './documents/makefile.ts';
import { interpretSql } from './documents/sql.ts';
import type { Frame, Given, Language } from './frame.ts';
import { spend } from './frame.ts';
import { MAX_DEPTH } from './limits.ts';
import { exceeds } from './overrun.ts';
import { machine } from './shell/evaluate.ts';
import { newState } from './shell/state.ts';
import { evaluateText } from './shell/text.ts';

/** Goes through a text in a language; what it prints, as far as it is known. Never throws. */
export function interpret(
  frame: Frame,
  language: Language,
  text: string,
  given: Given = {},
): Content | undefined {
  if (exceeds(frame.depth, MAX_DEPTH, 'depth') || !spend(frame)) return undefined;
  switch (language) {
    case 'shell':
      return interpretShell(frame, text, given);
    case 'sql':
      interpretSql(frame, text);
      return undefined;
    case 'crontab':
      interpretCrontab(frame, text);
      return undefined;
    case 'dockerfile':
      return interpretDockerfile(frame, text, given);
    case 'makefile':
      interpretMakefile(frame, text, given);
      return undefined;
    case 'python':
      return interpretPython(frame, text, given);
    case 'javascript':
      return interpretJavaScript(frame, text, given);
    case 'perl':
    case 'ruby':
    case 'php':
    case 'lua':
      return interpretScript(frame, language, text, given);
    case 'powershell':
      return interpretPowershell(frame, text, given);
    case 'generic':
      interpretGeneric(frame, text);
      return undefined;
  }
}

function interpretShell(frame: Frame, text: string, given: Given): Content | undefined {
  const fresh = newState(machine);
  const state = given.files === undefined ? fresh : { ...fresh, files: given.files };
  state.directory = given.directory;
  state.positional = given.arguments;
  return evaluateText(state, text, frame, given.input);
}
