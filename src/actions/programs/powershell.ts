import type { Content } from '../content.ts';
import { base64, utf16 } from '../decode.ts';
import { runFile } from './interpreters.ts';
import type { Invocation } from './invocation.ts';
import { addRun } from './runs.ts';
import { joinFields } from './wrappers.ts';

/** `powershell -NoProfile -enc BASE64`, `-Command text`, `-File path`. */
export function powershellCommand(call: Invocation): Content | undefined {
  const { argv } = call;
  const { hides } = call.context.frame.sink;
  for (let at = 1; at < argv.length; at += 1) {
    const option = argv[at]!.text.toLowerCase().replace(/^[-/\u2013]+/, '');
    const dashed = /^[-/\u2013]/.test(argv[at]!.text);
    const next = argv[at + 1];
    if (dashed && hides() && option !== '' && 'encodedcommand'.startsWith(option) && next !== undefined) {
      const content: Content = {
        kind: 'decoded',
        how: 'base64 UTF-16',
        apply: (bytes) => utf16(base64(bytes) ?? bytes),
        of: { kind: 'text', text: next.text },
      };
      addRun(call, { content, language: 'powershell', via: 'powershell -enc' });
      return undefined;
    }
    if (dashed && hides() && option === 'ec' && next !== undefined) {
      const content: Content = {
        kind: 'decoded',
        how: 'base64 UTF-16',
        apply: (bytes) => utf16(base64(bytes) ?? bytes),
        of: { kind: 'text', text: next.text },
      };
      addRun(call, { content, language: 'powershell', via: 'powershell -enc' });
      return undefined;
    }
    if (dashed && option !== '' && 'file'.startsWith(option) && next !== undefined) {
      runFile(
        call,
        next,
        'powershell',
        argv.slice(at + 2).map((field) => field.text),
      );
      return undefined;
    }
    if (dashed && option !== '' && 'command'.startsWith(option) && next !== undefined) {
      addRun(call, {
        content: { kind: 'text', text: joinFields(argv.slice(at + 1)).text },
        language: 'powershell',
        via: 'powershell -c',
      });
      return undefined;
    }
    if (dashed) {
      // `-ExecutionPolicy Bypass`, `-WindowStyle Hidden`: a value follows
      if (
        /^(?:ep|ex|exec|executionpolicy|w|windowstyle|version|psconsolefile|inputformat|outputformat|configurationname|wd|workingdirectory)$/.test(
          option,
        )
      )
        at += 1;
      continue;
    }
    if (/\.ps1$/i.test(argv[at]!.text)) {
      runFile(
        call,
        argv[at]!,
        'powershell',
        argv.slice(at + 1).map((field) => field.text),
      );
      return undefined;
    }
    addRun(call, {
      content: { kind: 'text', text: joinFields(argv.slice(at)).text },
      language: 'powershell',
      via: 'powershell',
    });
    return undefined;
  }
  const { input } = call.context;
  if (input !== undefined) addRun(call, { content: input, language: 'powershell', via: '| powershell' });
  return undefined;
}
