import { z } from 'zod';
import { judgeEach, ofType, valueOf, type Finding, type Registered, type Rule } from './registered.ts';

const RESOURCE_SERVER = 'auth0:index/resourceServer:ResourceServer';
const CLIENT = 'auth0:index/client:Client';
const GRANT = 'auth0:index/clientGrant:ClientGrant';

/** What the rules read of an Auth0 client, whoever recorded it. */
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
];
