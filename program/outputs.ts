import * as pulumi from '@pulumi/pulumi';
import { z } from 'zod';
import type { ApiSide } from '../api.ts';
import type { Auth0Side } from '../auth0.ts';
import { parseRouteKey } from '../limits/route-key.ts';
import type { Settings } from '../settings.ts';
import type { Application } from './auth0/application.ts';
import type { Contract } from './contract/define-contract.ts';
import { handlerIn, type PolicyStatement } from './contract/handler-spec.ts';
import { parametersOf } from './contract/route-spec.ts';

/** Returns the stack's outputs, which callers, `npm run verify` and the workflows read. */
export function outputs(
  contract: Contract,
  settings: Settings,
  tenant: Auth0Side,
  api: ApiSide,
): Record<string, pulumi.Input<unknown>> {
  const { production, exceptions, issuerDomain } = settings;
  const { applications, users } = tenant;
  const statements = Object.entries(contract.handlers).flatMap(
    ([key, spec]) => handlerIn(spec, settings.handlers[key]).statements ?? [],
  );
  const accepted = acceptedBy(statements, settings);
  const reasons = Object.entries(contract.routes).flatMap(([key, { reason }]) =>
    reason === undefined ? [] : [[key, reason] as const],
  );
  const excepted = { ...exceptions, ...Object.fromEntries(reasons) };
  const routesWith = (word: string): string[] =>
    Object.entries(contract.routes).flatMap(([key, { scopes }]) => (scopes === word ? [key] : []));
  const [testUser] = users;
  const paths = examplePaths(contract);
  const bodies = exampleBodies(contract);
  const byName = <T>(valueOf: (application: Application) => T | undefined): Record<string, T> =>
    Object.fromEntries(
      applications.flatMap((application) => {
        const value = valueOf(application);
        return value === undefined ? [] : [[application.settings.name, value]];
      }),
    );
  const rotating = applications.some(({ rotation }) => rotation !== undefined);
  return {
    apiUrl: api.url,
    issuer: tenant.issuer,
    tokenUrl: tenant.tokenUrl,
    ...(api.second &&
      settings.secondIssuer && {
        apiUrls: { api: api.url, 'api-second': api.second.url },
        secondIssuer: {
          apiUrl: api.second.url,
          issuer: `https://${settings.secondIssuer.domain}/`,
          tokenUrl: `https://${settings.secondIssuer.domain}/oauth/token`,
        },
      }),
    audience: tenant.audience,
    ...(tenant.secondAudience && { secondAudience: tenant.secondAudience }),
    clientIds: byName(({ clientId }) => clientId),
    clientSecrets: pulumi.secret(byName(({ clientSecret }) => clientSecret)),
    clients: byName(({ settings: { type, auth, callbacks, logoutUrls, origins }, clientId }) => ({
      type,
      ...(auth === 'private_key_jwt' && { auth }),
      domain: issuerDomain,
      issuer: tenant.issuer,
      clientId,
      audience: tenant.audience,
      ...(type !== 'service' && { callbacks, logoutUrls }),
      ...(type === 'spa' && { origins }),
    })),
    ...(rotating && {
      secretVersions: byName(({ rotation }) => rotation?.version),
      nextClientSecrets: pulumi.secret(byName(({ rotation }) => rotation?.nextSecret)),
    }),
    ...(testUser && {
      testUser: { email: testUser.email, connection: testUser.connection },
      testUserPassword: testUser.password,
      users: users.map(({ email, roles, connection }) => ({ email, roles, connection })),
      userPasswords: pulumi.secret(Object.fromEntries(users.map(({ email, password }) => [email, password]))),
    }),
    ...(contract.claims && { claims: contract.claims }),
    ...(api.domainTarget && { apiDomainTarget: api.domainTarget }),
    ...(paths && { examplePaths: paths }),
    ...(bodies.length > 0 && { exampleBodies: Object.fromEntries(bodies) }),
    // The twin's code differs in size: it has source maps and this machine's packages.
    ...(pulumi.runtime.hasEngine() && { codeSizes: api.codeSizes }),
    // The rules read these outputs.
    production,
    ...(settings.probe !== undefined && { probe: settings.probe }),
    ...(Object.keys(excepted).length > 0 && { exceptions: excepted }),
    // The stack file may encrypt statements, and thus their actions.
    ...(Object.keys(accepted).length > 0 && { accepted: settings.secretHandlers ? pulumi.secret(accepted) : accepted }),
    declaredStatements: settings.secretHandlers ? pulumi.secret(statements) : statements,
    publicRoutes: routesWith('public'),
    ...(routesWith('any token').length > 0 && { anyTokenRoutes: routesWith('any token') }),
  };
}

/** Returns the exceptions to rules: setting or action to the reason. */
function acceptedBy(
  statements: readonly PolicyStatement[],
  { database, userAccess, privateBackends }: Settings,
): Readonly<Record<string, string>> {
  return {
    ...(userAccess === 'allow' && { userAccess: 'allow' }),
    ...(database.signUp && { 'api:database.signUp': 'true' }),
    ...(database.passwordPolicy === 'fair' && { 'api:database.passwordPolicy': 'fair' }),
    ...Object.fromEntries(
      Object.values(privateBackends).flatMap(({ listener, reason }) =>
        reason === undefined ? [] : [[listener, reason]],
      ),
    ),
    ...Object.fromEntries(
      statements.flatMap(({ actions, reason }) =>
        reason === undefined ? [] : actions.map((action) => [action, reason]),
      ),
    ),
  };
}

function exampleBodies({ routes }: Contract): readonly (readonly [string, unknown])[] {
  return Object.entries(routes).flatMap(([key, { examples }]) =>
    examples?.['body'] === undefined || parametersOf(key).some(({ name }) => name === 'body')
      ? []
      : [[key, examples['body']] as const],
  );
}

/** Returns the paths of routes with examples, parameters filled in; undefined if no route has any. */
function examplePaths({ routes }: Contract): Readonly<Record<string, string>> | undefined {
  const paths = Object.entries(routes).flatMap(([key, { examples }]) => {
    const parsed = parseRouteKey(key);
    if (examples === undefined || parsed.kind !== 'path' || parametersOf(key).length === 0) return [];
    const valueOf = (name: string): string => z.string().catch('').parse(examples[name]);
    const segments = parsed.segments.map((segment) =>
      segment.kind === 'literal' ? segment.text : valueOf(segment.name).split('/').map(encodeURIComponent).join('/'),
    );
    return [[key, `/${segments.join('/')}`] as const];
  });
  return paths.length === 0 ? undefined : Object.fromEntries(paths);
}
