import { expect, it } from 'vitest';
import type { Integration, LambdaFunction } from '../../../src/model/integrations.ts';
import type { Model } from '../../../src/model/model.ts';
import { LAMBDA } from '../../support/local-api.ts';
import { plainModel } from '../../support/plain-model.ts';
import { READ, changesBetween, service, services } from '../../support/since.ts';

const lambda = (logicalName: string): LambdaFunction => ({ ...LAMBDA, logicalName });
type Backend = {
  [K in Integration['kind']]: Omit<Extract<Integration, { kind: K }>, 'timeout' | 'mayInvoke' | 'payload'>;
};
/** A route that goes there. */
const routedTo = (backend: Backend[Integration['kind']], tenant = services(['shop'])): Model =>
  plainModel(
    tenant,
    READ.map((route) => ({
      ...route,
      integration: { ...backend, payload: '2.0' as const, timeout: 30_000, mayInvoke: true },
    })),
  );

const withIdle = (model: Model, name: string): Model => ({ ...model, api: { ...model.api, idleFunctions: [name] } });

it.each<[string, Model, Model, string[]]>([
  [
    'that a client and a function are renamed and keep their resources',
    routedTo({ kind: 'function', function: lambda('test') }, services(['till'])),
    routedTo(
      { kind: 'function', function: { ...lambda('users'), formerly: ['test'] } },
      {
        ...services(['store']),
        clients: [{ ...service('store'), formerly: ['till'] }],
      },
    ),
    [
      '  * the client `till` is called `store` now, and keeps its id and its secret',
      '  * the function `test` is called `users` now, and keeps its log',
    ],
  ],
  [
    'nothing about an earlier rename or its removed former name',
    routedTo({ kind: 'function', function: { ...lambda('users'), formerly: ['test'] } }),
    routedTo({ kind: 'function', function: lambda('users') }),
    [],
  ],
  [
    'that a function is gone, since a new name is another function',
    routedTo({ kind: 'function', function: lambda('test') }),
    routedTo({ kind: 'function', function: lambda('users') }),
    [
      '  * `GET /` goes to the function `users`, no longer to the function `test`',
      '  * the function `test` is gone, and its log with it',
    ],
  ],
  [
    'that a route goes to another function, and not that the old one is gone',
    routedTo({ kind: 'function', function: lambda('test') }),
    withIdle(routedTo({ kind: 'function', function: lambda('users') }), 'test'),
    ['  * `GET /` goes to the function `users`, no longer to the function `test`'],
  ],
  [
    'that a route goes to another endpoint, and the token with it',
    routedTo({ kind: 'http', url: 'https://a.example', headers: [], path: '/' }),
    routedTo({ kind: 'http', url: 'https://b.example', headers: [], path: '/' }),
    ['  ! `GET /` goes to the endpoint `https://b.example`, no longer to the endpoint `https://a.example`'],
  ],
])('npm run access -- --since says %s', (_what, before, after, lines) => {
  expect(changesBetween(before, after)).toEqual(lines);
});
