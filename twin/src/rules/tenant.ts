import { z } from 'zod';
import { TYPE } from '../resources/tokens.ts';
import { each, ofType, valueOf, type Finding, type Registered, type Rule } from './rule.ts';

/** The inputs of an Auth0 client that the rules read. */
export const clientInputs = z.object({ grantTypes: z.array(z.string()), isFirstParty: z.boolean() });

/** Returns whether an application receives a user's password with this grant type. */
export function isPasswordGrant(grantType: string): boolean {
  return /^password$|\/password-realm$|\/legacy\/grant-type\/ro(\/|$)/.test(grantType);
}

const policies = z.object({ subjectTypeAuthorization: z.object({ client: z.object({ policy: z.string() }) }) });

function clientGrants(all: Registered): Finding[] {
  const audiences = ofType(all, TYPE.resourceServer).map((server) => valueOf(server, 'identifier'));
  const granted = ofType(all, TYPE.clientGrant)
    .filter(({ inputs }) => inputs['subjectType'] !== 'user' && audiences.includes(inputs['audience']))
    .map(({ inputs }) => inputs['clientId']);
  const checks = [
    each(TYPE.resourceServer, policies, ({ subjectTypeAuthorization: { client } }) =>
      ['require_client_grant', 'deny_all'].includes(client.policy)
        ? undefined
        : `its policy for clients is ${client.policy}, which needs no client grant`,
    ),
    each(TYPE.client, clientInputs, ({ grantTypes }, client) =>
      grantTypes.includes('client_credentials') && !granted.includes(valueOf(client, 'clientId'))
        ? 'it may request tokens with client_credentials, and no client grant limits them'
        : undefined,
    ),
  ];
  return checks.flatMap((check) => check(all));
}

/** Source: https://auth0.com/docs/get-started/applications/wildcards-for-subdomains */
const WILDCARD_LABEL = /^[a-z]+:\/\/[a-z0-9-]*\*[a-z0-9-]*(\.[a-z0-9-]+){2,}(:\d+)?([/?][^*]*)?$/i;

const urls = z.array(z.string()).default([]);

export const TENANT_RULES: readonly Rule[] = [
  {
    name: 'RBAC',
    says: 'Each resource server enforces RBAC.',
    check: each(TYPE.resourceServer, z.object({ enforcePolicies: z.boolean().default(false) }), (inputs) =>
      inputs.enforcePolicies
        ? undefined
        : "it does not enforce RBAC, so a user's token has every scope that the client requests",
    ),
  },
  {
    name: 'client grants',
    says: 'A client can request tokens for itself only with a client grant.',
    check: clientGrants,
  },
  {
    name: 'third parties',
    says: "A third party's client has no password grant, and uses Auth0's strict mode.",
    check: each(
      TYPE.client,
      clientInputs.extend({ thirdPartySecurityMode: z.string().optional() }),
      ({ isFirstParty, grantTypes, thirdPartySecurityMode }) => {
        if (isFirstParty) return undefined;
        if (grantTypes.some(isPasswordGrant)) return "it is a third party's and has the password grant";
        return thirdPartySecurityMode === 'strict' ? undefined : "it is a third party's and not in Auth0's strict mode";
      },
    ),
  },
  {
    name: 'hosts of callbacks',
    says: "A client's callbacks and logout URLs have a fixed host; only its first label may contain one *.",
    check: each(TYPE.client, z.object({ callbacks: urls, allowedLogoutUrls: urls }), (inputs) => {
      const wide = [...inputs.callbacks, ...inputs.allowedLogoutUrls].find(
        (url) => url.includes('*') && !WILDCARD_LABEL.test(url),
      );
      return wide === undefined ? undefined : `it may send users to ${wide}, which has no fixed host`;
    }),
  },
  {
    name: 'refresh tokens',
    says: 'A resource server allows refresh tokens only where a client may use them.',
    check: each(
      TYPE.resourceServer,
      z.object({ allowOfflineAccess: z.boolean().default(false) }),
      ({ allowOfflineAccess }, _, all) => {
        const refreshes = ofType(all, TYPE.client).some(
          ({ inputs }) => clientInputs.safeParse(inputs).data?.grantTypes.includes('refresh_token') === true,
        );
        return allowOfflineAccess && !refreshes
          ? 'it allows refresh tokens, and no declared client may use one'
          : undefined;
      },
    ),
  },
];
