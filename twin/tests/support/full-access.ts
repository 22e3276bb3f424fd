import { fillTenant } from './full-tenant.ts';
import type { ProjectCopy } from '../../../tests/support/project.ts';

const ROUTES = `
    'GET /test': { handler: 'test', scopes: ['read:user'] },
    'POST /test': { handler: 'test', scopes: ['write:user'] },
    'ANY /things/{id}': { handler: 'test', scopes: ['write:user', 'read:user'] },
    'GET /things/{id}/nobody': { handler: 'test', scopes: ['read:appointments'] },
    'GET /any-token': { handler: 'test', scopes: ['read:appointments'] },
    'GET /other-audience/{rest+}': { handler: 'test', scopes: ['read:user'] },
    'GET /slashless-issuer': { handler: 'test', scopes: ['read:user'] },
    'GET /open': { handler: 'test', scopes: 'public' },
    $default: { handler: 'test', scopes: ['write:user'] },
  },
  roles: {
    writer: ['write:user'],
    idle: [],`;

/** Makes of a copy a stack in which callers of every kind meet routes of every kind, some of them wired wrong. */
export function fillAccess(project: ProjectCopy): void {
  fillTenant(project);
  project.edit('more.ts', 'export const GRANT_TYPES = {', 'export const GRANT_TYPES = {\n  machine: [],');
  project.edit(
    'contract.ts',
    `\n    'GET /test': { handler: 'test', scopes: ['read:user'] },\n  },\n  roles: {`,
    ROUTES,
  );
  project.edit(
    'api.ts',
    '    const routes =',
    `    const otherAudience = declareAuthorizer({ ...within, name: 'other-audience', audience: 'https://nobody.example.com' }, api);
    const slashless = declareAuthorizer({ ...within, name: 'slashless', issuer: String(within.issuer).slice(0, -1) }, api);
    const others = { 'GET /other-audience/{rest+}': otherAudience, 'GET /slashless-issuer': slashless };
    const routes =`,
  );
  project.edit('api.ts', 'api, authorizer, integrations)', 'api, others[key] ?? authorizer, integrations)');
  project.edit(
    'api.ts',
    'authorizationScopes: [...route.scopes]',
    "authorizationScopes: routeKey === 'GET /any-token' ? [] : [...route.scopes]",
  );
}
