import { z } from 'zod';
import { judgeEach, ofType, valueOf, type Finding, type Registered, type Rule } from './registered.ts';

const RESOURCE_SERVER = 'auth0:index/resourceServer:ResourceServer';
const CLIENT = 'auth0:index/client:Client';
const GRANT = 'auth0:index/clientGrant:ClientGrant';

/** The inputs of an Auth0 client that the rules read. */
export const clientInputs = z.object({ grantTypes: z.array(z.string()), isFirstParty: z.boolean() });

/** Whether a grant type of Auth0's is one of those by which an application is given a user's password. */
export function isPasswordGrant(grantType: string): boolean {
  return /^password$|\/password-realm$|\/legacy\/grant-type\/ro(\/|$)/.test(grantType);
}

function rbac(all: Registered): Finding[] {
  return judgeEach(all, RESOURCE_SERVER, z.object({ enforcePolicies: z.boolean().default(false) }), (inputs) =>
    inputs.enforcePolicies ? undefined : "it does not enforce RBAC, so that a user's token has every scope it asks for",
  );
}

const policies = z.object({ subjectTypeAuthorization: z.object({ client: z.object({ policy: z.string() }) }) });

function clientGrants(all: Registered): Finding[] {
  const audiences = ofType(all, RESOURCE_SERVER).map((server) => valueOf(server, 'identifier'));
  const granted = ofType(all, GRANT)
    .filter(({ inputs }) => inputs['subjectType'] !== 'user' && audiences.includes(inputs['audience']))
    .map(({ inputs }) => inputs['clientId']);
  return [
    ...judgeEach(all, RESOURCE_SERVER, policies, ({ subjectTypeAuthorization: { client } }) =>
      ['require_client_grant', 'deny_all'].includes(client.policy)
        ? undefined
        : `its policy for clients is ${client.policy}, which needs no client grant`,
    ),
    ...judgeEach(all, CLIENT, clientInputs, ({ grantTypes }, client) =>
      grantTypes.includes('client_credentials') && !granted.includes(valueOf(client, 'clientId'))
        ? 'it may ask for tokens by client_credentials, and no client grant says for which'
        : undefined,
    ),
  ];
}

function thirdParties(all: Registered): Finding[] {
  const inputs = clientInputs.extend({ thirdPartySecurityMode: z.string().optional() });
  return judgeEach(all, CLIENT, inputs, ({ isFirstParty, grantTypes, thirdPartySecurityMode }) => {
    if (isFirstParty) return undefined;
    if (grantTypes.some(isPasswordGrant)) return "it is a third party's and has the password grant";
    return thirdPartySecurityMode === 'strict' ? undefined : "it is a third party's and not in Auth0's strict mode";
  });
}

/** Source: https://auth0.com/docs/get-started/applications/wildcards-for-subdomains */
const WILDCARD_LABEL = /^[a-z]+:\/\/[a-z0-9-]*\*[a-z0-9-]*(\.[a-z0-9-]+){2,}(:\d+)?([/?][^*]*)?$/i;

function callbacks(all: Registered): Finding[] {
  const urls = z.array(z.string()).default([]);
  return judgeEach(all, CLIENT, z.object({ callbacks: urls, allowedLogoutUrls: urls }), (inputs) => {
    const wide = [...inputs.callbacks, ...inputs.allowedLogoutUrls].find(
      (url) => url.includes('*') && !WILDCARD_LABEL.test(url),
    );
    return wide === undefined ? undefined : `it sends users to ${wide}, which names no host`;
  });
}

function refreshTokens(all: Registered): Finding[] {
  const refreshes = ofType(all, CLIENT).some(
    ({ inputs }) => clientInputs.safeParse(inputs).data?.grantTypes.includes('refresh_token') === true,
  );
  return judgeEach(all, RESOURCE_SERVER, z.object({ allowOfflineAccess: z.boolean().default(false) }), (inputs) =>
    inputs.allowOfflineAccess && !refreshes
      ? 'it allows refresh tokens, and no client that is declared here may use one'
      : undefined,
  );
}

/** Who gets a token, and what is in it. */
export const TENANT_RULES: readonly Rule[] = [
  { name: 'RBAC', says: 'Each resource server enforces RBAC.', check: rbac },
  {
    name: 'client grants',
    says: 'No client asks for itself but by a client grant.',
    check: clientGrants,
  },
  {
    name: 'third parties',
    says: "A third party's client has no password grant, and the limits of Auth0's strict mode.",
    check: thirdParties,
  },
  {
    name: 'callbacks by name',
    says: "A client's callbacks and logout URLs name their host, but for one * in its first label.",
    check: callbacks,
  },
  {
    name: 'refresh tokens',
    says: 'A resource server allows refresh tokens only where a client may use them.',
    check: refreshTokens,
  },
];
