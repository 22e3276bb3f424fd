import { expect } from 'vitest';
import { fromJson, toJson } from '../../src/report/data.ts';
import { reportOf } from '../../src/report/report.ts';
import { compare } from '../../src/report/since.ts';
import { words } from '../../src/report/since-words.ts';
import type { Model } from '../../src/model/model.ts';
import type { Tenant } from '../../src/model/tenant.ts';
import { AUDIENCE, plainClient } from './plain-tenant.ts';
import { plainRoutes } from './plain-model.ts';

export const READ = plainRoutes({ 'GET /': ['read'] });
export const granted = (scopes: readonly string[], clientId = 'client') =>
  ({ clientId, audience: AUDIENCE, scopes, subjectType: 'client' }) as const;
export const service = (name: string) =>
  plainClient({ name, clientId: name, logicalName: name, grantTypes: ['client_credentials'] });
/** No users and no roles, so that only services have columns. */
export const services = (names: readonly string[], scopes = ['read']): Partial<Tenant> => ({
  clients: names.map(service),
  grants: names.map((name) => granted(scopes, name)),
  users: [],
  roles: [],
});

/** Returns the lines of `--since` for two models, without its headings. The old report is read from its JSON. */
export function changesBetween(before: Model, after: Model): string[] {
  const old = fromJson(toJson(reportOf(before))) ?? 'unreadable';
  expect(old).toEqual(reportOf(before));
  return words([compare(old, reportOf(after))], 'main')
    .trimEnd()
    .split('\n')
    .slice(3);
}
