/**
 * Every bound of the action parser in one place. A text that goes past one still gives the actions found
 * until then.
 */

/** actions that one tool call may hold, scripts that it runs included */
export const MAX_ACTIONS = 2_000;
/** texts inside texts: `bash -c "bash -c …"`, decoded payloads, scripts run by scripts */
export const MAX_DEPTH = 8;
/** commands that start one another in one command line: `sudo env nice …` */
export const MAX_STARTING = 32;
/** decoding steps undone one after the other */
export const MAX_DECODINGS = 4;
/** UTF-16 units of one text that are parsed; the rest is left alone */
export const MAX_TEXT = 1_000_000;
/** the same for code, which takes longer to parse */
export const MAX_CODE = 500_000;
/** bytes that decoding and decompressing may yield for one payload */
export const MAX_DECODED = 1_000_000;
/** UTF-16 units that the expansion of one word, or the evaluation of one string, may reach */
export const MAX_STRING = 65_536;
/** words of a command, or items of `$@` */
export const MAX_WORDS = 4_096;
/** UTF-16 units of a word whose braces are expanded */
export const MAX_BRACED = 2_048;
/** words that brace expansion may make of one */
export const MAX_BRACES = 64;
/** times that the body of a loop over literal items is gone through */
export const MAX_ITEMS = 16;
/** commands, statements and expressions that are evaluated for one tool call */
export const MAX_WORK = 40_000;
/** code actions (calls, assignments, definitions) of one text */
export const MAX_CODE_ACTIONS = 400;
/** UTF-16 units of an argument or a body kept in a code action's value */
export const MAX_VALUE = 400;
/** bytes of calls kept parsed */
export const CACHE_BYTES = 32 * 1024 * 1024;
/** bytes of file contents that one trajectory's file memory keeps */
export const FILE_MEMORY_BYTES = 16 * 1024 * 1024;
/** how often the same written content is gone through again when it is run again */
export const MAX_RUNS = 3;
