import { readFileSync } from 'node:fs';
import { messageOf, TrajsieveError } from '../errors.ts';
import { packagePath } from '../package-path.ts';

/**
 * Loads a package that only some users need, and that is therefore not installed with trajsieve.
 * @param purpose what needs it, for the message
 */
export async function loadOptional<T>(name: string, purpose: string): Promise<T> {
  try {
    return (await import(name)) as T;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const isMissing = code === 'ERR_MODULE_NOT_FOUND' && messageOf(error).includes(`'${name}'`);
    if (!isMissing) throw error;
    throw new TrajsieveError(
      'package-missing',
      `${purpose} needs the package ${name}, which is not installed`,
      {
        remedy: `npm install ${name}@${testedVersion(name)}`,
      },
    );
  }
}

/** The version that trajsieve's own tests run with. */
function testedVersion(name: string): string {
  const { devDependencies } = JSON.parse(readFileSync(packagePath('package.json'), 'utf8')) as {
    devDependencies?: Record<string, string>;
  };
  return devDependencies?.[name] ?? 'latest';
}
