import { defineContract } from '../program/contract/define-contract.ts';

// What the compiler refuses in a contract: `npm run check` fails if one of the lines below the marks compiles, or if
// what it underlines stands on another line. Nothing of this runs.

const permissions = { 'read:user': 'Read', 'write:user': 'Write' } as const;
const handlers = { test: { file: 'handler/test.ts', memory: 128, timeout: 5 } } as const;

/** All that may be written compiles. */
export const right = defineContract({
  permissions,
  handlers,
  routes: {
    'GET /test': { handler: 'test', scopes: ['read:user', 'write:user'] },
    'ANY /open/{path+}': { handler: 'test', scopes: 'public' },
    $default: { handler: 'test', scopes: ['read:user'] },
    'POST /orders': { handler: 'test', scopes: 'any token', reason: 'Each user may order for itself' },
    'GET /forwarded/{id}': { forward: 'https://orders.example.com/{id}', scopes: ['read:user'] },
    'GET /invoked': { function: 'arn:aws:lambda:eu-central-1:123456789012:function:reports', scopes: 'public' },
  },
  roles: { reader: ['read:user'], unused: [] },
});

export const wrongTargets = defineContract({
  permissions,
  handlers,
  routes: {
    // @ts-expect-error the caller's token goes there
    'GET /http': { forward: 'http://orders.example.com', scopes: 'public' },
    // @ts-expect-error a function is named by its ARN
    'GET /name': { function: 'reports', scopes: 'public' },
    // @ts-expect-error a route goes one way
    'GET /both': { handler: 'test', forward: 'https://orders.example.com', scopes: 'public' },
    // @ts-expect-error a route goes somewhere
    'GET /neither': { scopes: 'public' },
    // @ts-expect-error a permission is not declared
    'GET /forwarded-undeclared': { forward: 'https://orders.example.com', scopes: ['delete:user'] },
  },
  roles: {},
});

export const wrongRoutes = defineContract({
  permissions,
  handlers,
  routes: {
    // @ts-expect-error a route names a permission that is not declared
    'GET /undeclared-permission': { handler: 'test', scopes: ['read:user', 'delete:user'] },
    // @ts-expect-error a route names a handler that is not declared
    'GET /undeclared-handler': { handler: 'tset', scopes: 'public' },
    // @ts-expect-error an empty scope list would let in any token of the audience
    'GET /no-scope': { handler: 'test', scopes: [] },
    // @ts-expect-error public is the only word
    'GET /another-word': { handler: 'test', scopes: 'open' },
    // @ts-expect-error a route says who may call it
    'GET /no-scopes-at-all': { handler: 'test' },
  },
  roles: {},
});

const open = { handler: 'test', scopes: 'public' } as const;

// @ts-expect-error a route key begins with a method
export const withoutMethod = defineContract({ permissions, handlers, routes: { '/test': open }, roles: {} });

// @ts-expect-error FETCH is no method
export const madeUpMethod = defineContract({ permissions, handlers, routes: { 'FETCH /test': open }, roles: {} });

// @ts-expect-error a path begins with a slash
export const withoutSlash = defineContract({ permissions, handlers, routes: { 'GET test': open }, roles: {} });

export const wrongRoles = defineContract({
  permissions,
  handlers,
  routes: {},
  roles: {
    reader: [
      'read:user',
      // @ts-expect-error a role names a permission that is not declared
      'read:usr',
    ],
  },
});

export const wrongHandlers = defineContract({
  permissions,
  handlers: {
    // @ts-expect-error a handler says its timeout
    test: {
      file: 'handler/test.ts',
      memory: 128,
    },
    other: {
      // @ts-expect-error a file is named by its path
      file: new URL('https://example.com'),
      memory: 128,
      timeout: 5,
    },
  },
  routes: {},
  roles: {},
});
