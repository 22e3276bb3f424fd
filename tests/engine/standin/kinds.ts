import type { Kind } from './kind.ts';
import { AUTH0 } from './kinds-auth0.ts';
import { AWS } from './kinds-aws.ts';
import { AWS_BOOTSTRAP, GITHUB } from './kinds-bootstrap.ts';

/** The resource types that the stand-ins know; any other type is rejected by name. */
export const KINDS: Readonly<Record<string, Kind>> = {
  ...AWS,
  ...AWS_BOOTSTRAP,
  ...AUTH0,
  ...GITHUB,
  // The id of each is "none": the real provider stores nothing outside of the state.
  'random:index/randomPassword:RandomPassword': { fixed: 'all', secrets: ['result', 'bcryptHash'], within: 'result' },
};

/** The packages that have a stand-in. */
export const PACKAGES = ['aws', 'auth0', 'github', 'random'];
