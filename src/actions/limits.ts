/**
 * Every bound of the action parser in one place. Past one, something may be done that is not seen. So whoever reaches
 * one says so (`pass` in `overrun.ts`), and a call that a rule may match becomes an error of its row: never "safe".
 * What was found until then is given beside it. Where nothing is said of what happens past a bound, it is this.
 *
 * No bound are the ways in which code is gone through without running it: the body of a loop over a range once, a
 * function that calls itself some times. What it does further on is what it did before.
 */

/** actions that one tool call may hold, scripts that it runs included */
export const MAX_ACTIONS = 2_000;
/** texts inside texts: `bash -c "bash -c …"`, decoded payloads, scripts run by scripts */
export const MAX_DEPTH = 8;
/** commands that start one another in one command line: `sudo env nice …` */
export const MAX_STARTING = 32;
/** decoding steps undone one after the other */
export const MAX_DECODINGS = 8;
/** UTF-16 units of one text that are parsed */
export const MAX_TEXT = 1_000_000;
/** the same for code, which takes longer to parse */
export const MAX_CODE = 500_000;
/** bytes that decoding and decompressing may yield for one payload, or that a file may hold which is run */
export const MAX_DECODED = 1_000_000;
/** UTF-16 units of a word, as Linux has it, and of a string that is put together */
export const MAX_STRING = 131_072;
/** words of a command, items of `$@` and of a list */
export const MAX_WORDS = 4_096;
/** UTF-16 units of a word whose braces are expanded */
export const MAX_BRACED = 2_048;
/** words that brace expansion may make of one */
export const MAX_BRACES = 64;
/** times that the body of a loop over literal items is gone through */
export const MAX_ITEMS = 64;
/** commands, statements and expressions that are evaluated for one tool call */
export const MAX_WORK = 40_000;
/** the same for all scripts that one tool call runs, taken together */
export const MAX_SCRIPT_WORK = 400_000;
/** code actions (calls, assignments, definitions) of one text; past it, those that were told already are left out */
export const MAX_CODE_ACTIONS = 400;
/** bytes of calls kept parsed; past it, those that were not asked for longest are parsed again */
export const CACHE_BYTES = 32 * 1024 * 1024;
/**
 * bytes of file contents that one trajectory's file memory keeps; past it, the files that were not written for longest
 * are forgotten, and only a call that runs or reads one goes past the bound
 */
export const FILE_MEMORY_BYTES = 16 * 1024 * 1024;
/** how often one call goes through the same script with nothing changed in between; past it, it does what it did */
export const MAX_RUNS = 3;
