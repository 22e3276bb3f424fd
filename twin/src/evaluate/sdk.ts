import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { UserError } from '../common/user-error.ts';

/** The oldest tested version. 3.100 makes calls that the twin does not support. */
const OLDEST = { major: 3, minor: 228 };

/**
 * Returns the folder of a program's copy of `@pulumi/pulumi`, with a trailing slash.
 * @throws UserError if it is missing or too old
 */
export function sdkOf(program: URL | string): string {
  const manifest = manifestOf(program);
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string };
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < OLDEST.major || (major === OLDEST.major && minor < OLDEST.minor)) {
    const message = `version ${version} is too old; the twin needs ${OLDEST.major}.${OLDEST.minor} or newer: npm install @pulumi/pulumi@latest`;
    throw new UserError('The twin cannot run the program:', {
      code: 'old-sdk',
      problems: [{ place: 'package.json, @pulumi/pulumi', message }],
    });
  }
  return manifest.slice(0, -'package.json'.length);
}

function manifestOf(program: URL | string): string {
  try {
    return createRequire(program).resolve('@pulumi/pulumi/package.json');
  } catch {
    throw new UserError(
      `@pulumi/pulumi is not installed for the program in ${String(program)}; run npm install there`,
      { code: 'no-sdk' },
    );
  }
}
