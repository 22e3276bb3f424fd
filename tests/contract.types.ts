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
    'GET /http': {
      // @ts-expect-error the caller's token goes there
      forward: 'http://orders.example.com',
      scopes: 'public',
    },
    'GET /name': {
      // @ts-expect-error a function is named by its ARN
      function: 'reports',
      scopes: 'public',
    },
    'GET /both': {
      handler: 'test',
      // @ts-expect-error a route goes one way
      forward: 'https://orders.example.com',
      scopes: 'public',
    },
    // @ts-expect-error a route goes somewhere
    'GET /neither': { scopes: 'public' },
    'GET /forwarded-undeclared': {
      forward: 'https://orders.example.com',
      // @ts-expect-error a permission is not declared
      scopes: ['delete:user'],
    },
  },
  roles: {},
});

export const wrongRoutes = defineContract({
  permissions,
  handlers,
  routes: {
    'GET /undeclared-permission': {
      handler: 'test',
      // @ts-expect-error a route names a permission that is not declared
      scopes: ['read:user', 'delete:user'],
    },
    'GET /undeclared-handler': {
      // @ts-expect-error a route names a handler that is not declared
      handler: 'tset',
      scopes: 'public',
    },
    'GET /no-scope': {
      handler: 'test',
      // @ts-expect-error an empty scope list would let in any token of the audience
      scopes: [],
    },
    'GET /another-word': {
      handler: 'test',
      // @ts-expect-error public is the only word
      scopes: 'open',
    },
    // @ts-expect-error a route says who may call it
    'GET /no-scopes-at-all': {
      handler: 'test',
    },
  },
  roles: {},
});

export const withoutMethod = defineContract({
  permissions,
  handlers,
  routes: {
    // @ts-expect-error a route key begins with a method
    '/test': {
      handler: 'test',
      scopes: 'public',
    },
  },
  roles: {},
});

export const madeUpMethod = defineContract({
  permissions,
  handlers,
  routes: {
    // @ts-expect-error FETCH is no method
    'FETCH /test': {
      handler: 'test',
      scopes: 'public',
    },
  },
  roles: {},
});

export const withoutSlash = defineContract({
  permissions,
  handlers,
  routes: {
    // @ts-expect-error a path begins with a slash
    'GET test': {
      handler: 'test',
      scopes: 'public',
    },
  },
  roles: {},
});

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
