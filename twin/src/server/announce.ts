import { textsOf } from '../common/texts-of.ts';
import type { Run } from '../common/running.ts';
import type { Recorded } from '../evaluate/recorded.ts';
import { eachApi, type Model } from '../model/model.ts';
import { secondIssuerUrl, type Client } from '../model/tenant.ts';
import { issuerOf } from '../tenant/claims.ts';
import { envFiles, writeEnvFiles } from './env-files.ts';
import type { TwinState } from './state.ts';

/** Writes the files that tell other programs about the running twin. All ports are open by now. */
export function announce(
  state: TwinState,
  recorded: Recorded,
  model: Model,
  { apiUrls, tenantUrl, forwards }: { apiUrls: string[]; tenantUrl: string; forwards: string[] },
): void {
  const { tenant, api, apis } = model;
  const [apiUrl = ''] = apiUrls;
  // Not the declared URL: that is a real tenant, and readers of the file send secrets to it.
  const tokenUrl = tenantUrl === '' ? undefined : `${tenantUrl}/oauth/token`;
  const byName = (value: (client: Client) => string): Record<string, string> =>
    Object.fromEntries(tenant.clients.map((client) => [client.name, value(client)]));
  const [user] = tenant.users;
  // `verify` and `token` need these outputs even if the program does not export them.
  const filledIn = {
    issuer: api.issuers[0] ?? issuerOf(tenant),
    audience: tenant.resourceServers[0]?.identifier ?? 'none',
    clientIds: byName(({ clientId }) => clientId),
    clientSecrets: byName(({ secret }) => secret),
    ...(user !== undefined && {
      testUser: { email: user.email, connection: user.connection },
      testUserPassword: user.password,
      users: tenant.users.map(({ email, connection }) => ({ email, connection })),
      userPasswords: Object.fromEntries(tenant.users.map(({ email, password }) => [email, password])),
    }),
  };
  const several = apis.length > 1 && {
    apiUrls: Object.fromEntries(apis.map(({ name }, index) => [name, apiUrls[index]])),
  };
  const { secondIssuer } = recorded.outputs;
  const second = secondIssuer !== undefined && {
    secondIssuer: {
      ...textsOf(secondIssuer),
      apiUrl: apiUrls[eachApi(model).findIndex((each) => each.tenant !== tenant)] ?? apiUrl,
      tokenUrl: tokenUrl && secondIssuerUrl(tokenUrl),
    },
  };
  state.writeJson('outputs.json', { ...filledIn, ...recorded.outputs, apiUrl, ...several, ...second, tokenUrl });
  writeEnvFiles(state, envFiles(model, { apiUrl, tenantUrl }));
  state.writeJson('run.json', {
    pid: process.pid,
    stack: recorded.stack,
    apiUrl,
    tenantUrl,
    graph: recorded.hash,
    forwards,
  } satisfies Run);
}
