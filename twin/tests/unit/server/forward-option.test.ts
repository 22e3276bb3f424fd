import { expect, it } from 'vitest';
import { UserError } from '../../../src/common/user-error.ts';
import { checkForwards, parseForwards } from '../../../src/server/forward.ts';
import { localApi, routeOf } from '../../support/local-api.ts';

const GOOD = 'GET /orders=http://127.0.0.1:4000';

it.each([
  ['GET /orders=http://127.0.0.1:4000', 'http://127.0.0.1:4000/'],
  ['GET /a=b=http://localhost:80/', 'http://localhost/'],
  ['$default=http://[::1]:4000', 'http://[::1]:4000/'],
  ['GET /orders=http://127.1:4000', 'http://127.0.0.1:4000/'],
])('--forward accepts %s', (text, address) => {
  expect([...parseForwards([text]).values()].map(String)).toEqual([address]);
});

it.each([
  { texts: ['GET /orders'] },
  { texts: ['=http://127.0.0.1'] },
  { texts: ['GET /orders=127.0.0.1:4000'] },
  { texts: ['GET /orders=http://'] },
  { texts: ['GET /orders=https://127.0.0.1'] },
  { texts: ['GET /orders=http://10.0.0.1'] },
  { texts: ['GET /orders=http://0.0.0.0'] },
  { texts: ['GET /orders=http://127.0.0.1.example.com'] },
  { texts: ['GET /orders=http://localhost.example.com'] },
  { texts: ['GET /orders=http://127.0.0.1@example.com'] },
  { texts: ['GET /orders=http://u:p@127.0.0.1'] },
  { texts: ['GET /orders=http://127.0.0.1/v1'] },
  { texts: ['GET /orders=http://127.0.0.1\\v1'] },
  { texts: ['GET /orders=http://127.0.0.1/?x'] },
  { texts: [GOOD, GOOD] },
])('--forward rejects $texts', ({ texts }) => {
  expect(() => parseForwards(texts)).toThrow(UserError);
  expect(() => parseForwards(texts)).toThrow(
    `--forward must be like --forward "GET /orders=http://127.0.0.1:4000", with a host of this machine, once for each route; not ${JSON.stringify(texts.at(-1))}.`,
  );
});

it.each([
  { key: 'GET /order', says: 'no route to an endpoint or an existing function; did you mean GET /orders?' },
  { key: 'GET /own', says: 'no route to an endpoint or an existing function.' },
])('--forward rejects the route key $key', ({ key, says }) => {
  const orders = {
    kind: 'http',
    url: 'https://a.example',
    headers: [],
    path: '/',
    timeout: 30_000,
    mayInvoke: true,
  } as const;
  const api = localApi([routeOf('GET /own'), { ...routeOf('GET /orders'), integration: orders }]);
  expect(() => checkForwards(parseForwards([`${key}=http://127.0.0.1`]), api.routes)).toThrow(says);
  expect(() => checkForwards(parseForwards([GOOD]), api.routes)).not.toThrow();
});
