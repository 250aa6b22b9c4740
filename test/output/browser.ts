import { existsSync } from 'node:fs';

const places = [
  process.env['TRAJSIEVE_CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** A Chromium on this machine, or undefined: tests that need one then skip, visibly. */
export const chromium: string | undefined = places.find((place) => place !== undefined && existsSync(place));
