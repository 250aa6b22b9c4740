import { describe, expect, test } from 'vitest';
import detector from '../../classifiers/supply-chain/look-alike-names.ts';

const mayConcern = (text: string) => detector.mayConcern!(text);

describe('the closer look at installs', () => {
  test.each([
    'pip install -e ".[dev]"',
    'pip install -r requirements.txt && python -m pytest -x',
    'npm install express cross-env',
    '{"command":"pip install requests numpy==1.26"}',
  ])('needs not parse %s', (command) => {
    expect(mayConcern(command)).toBe(false);
  });

  test.each([
    ...detector.examples!.match!.filter((example) => typeof example === 'string'),
    `pip install req'eu'sts`,
    'pip install req\\eusts',
    'npm i @electorn/x electorn@1.2',
    'pip install $prefix"usts"',
    'xargs pip install < names.txt',
    'pip install `cat names.txt`',
    'subprocess.run(["pip", "install", "pandsa>=2"])',
    'pip install python_dateutl',
  ])('lets %s through, since a look-alike may be named', (command) => {
    expect(mayConcern(command.toLowerCase())).toBe(true);
  });
});
