import type { Kind } from './kind.ts';
import { AUTH0 } from './kinds-auth0.ts';
import { AWS } from './kinds-aws.ts';
import { AWS_BOOTSTRAP, GITHUB } from './kinds-bootstrap.ts';

/** Package to the resource types that its stand-in knows; any other type is refused by name. */
export const KINDS: Readonly<Record<string, Readonly<Record<string, Kind>>>> = {
  aws: { ...AWS, ...AWS_BOOTSTRAP },
  auth0: AUTH0,
  github: GITHUB,
  random: {
    // The id of each is "none": the real provider knows no thing, only the state that it is given back.
    'random:index/randomPassword:RandomPassword': {
      fixed: 'all',
      secrets: ['result', 'bcryptHash'],
      within: 'result',
    },
  },
};

/** The packages that have a stand-in. */
export const PACKAGES = Object.keys(KINDS);
