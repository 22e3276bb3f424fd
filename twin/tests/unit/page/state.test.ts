import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { call, curlOf } from '../../../src/page/call.ts';
import { KEPT } from '../../../src/page/messages.ts';
import { Recorder } from '../../../src/page/recorder.ts';
import { adviceOn, knownOf, stateOf } from '../../../src/page/state.ts';
import { exchangeOf } from '../../support/exchanges.ts';
import { plainModel } from '../../support/plain-model.ts';

const model = plainModel();
const { api } = model;
const [route] = api.routes;
const second = { ...api, name: 'second', routes: route === undefined ? [] : [{ ...route, routeKey: 'GET /second' }] };
const several = knownOf({ ...model, apis: [api, second] });

const addresses = { apiUrls: ['http://localhost:1', 'http://localhost:2'], kid: '', caFile: '', startCommand: '' };

it('The header of the page shows a second issuer of the tenant', () => {
  const tenant = { ...model.tenant, secondIssuerDomain: 'login.example.com' };
  const { issuers } = stateOf(knownOf({ ...model, tenant }), addresses);
  expect(issuers).toEqual([`https://${tenant.issuerDomain}/`, 'https://login.example.com/']);
});

it('The page shows every API of the program with its own address and routes', () => {
  const { apis, callers } = stateOf(several, addresses);
  expect(apis.map(({ name, url, rows }) => [name, url, rows.map(({ routeKey }) => routeKey)])).toEqual([
    [api.name, 'http://localhost:1', api.routes.map(({ routeKey }) => routeKey)],
    ['second', 'http://localhost:2', ['GET /second']],
  ]);
  for (const { cells } of apis.flatMap(({ rows }) => rows)) expect(cells).toHaveLength(callers.length);
});

it('The page gives no advice on a request that lacks neither a token nor a scope', () => {
  expect(adviceOn(exchangeOf().decision, api.name, several)).toBeUndefined();
});

const sent = { method: 'POST', target: '/a', rawHeaders: ['Host', 'x', 'X-Name', 'value'], body: Buffer.from('{}') };

it('A command has the method, the target as it was sent, the headers and the body', () => {
  expect(curlOf({ ...sent, target: '/a/../b?q=1' }, 'http://localhost:1/stage')).toBe(
    "curl -i --path-as-is -X POST 'http://localhost:1/a/../b?q=1' \\\n  -H 'X-Name: value' \\\n  --data-raw '{}'",
  );
});

it('A target with brackets or braces is pasted as one request', () => {
  const command = curlOf({ ...sent, target: '/a[1-9]{b,c}' }, 'http://localhost:1');
  expect(command).toContain("curl -i --path-as-is -g -X POST 'http://localhost:1/a[1-9]{b,c}'");
});

it.each([
  ['a quote', "it's; rm -rf /", String.raw`'it'\''s; rm -rf /'`],
  ['the end of a bracketed paste', '\u001b[201~\nrm', String.raw`$'\x1b[201~\x0arm'`],
  ['a character that turns others around', '\u202e', String.raw`$'\xe2\x80\xae'`],
  ['a quote and a backslash beside a control character', "\u0007'\\", String.raw`$'\x07\'\\'`],
])('A command keeps a body with %s from running', (_what, body, quoted) => {
  expect(curlOf({ ...sent, body: Buffer.from(body) }, 'http://localhost:1')).toContain(`--data-raw ${quoted}`);
});

it('A call of the page finds its record although many other requests come before the end of its response', async () => {
  const recorder = new Recorder(() => undefined);
  const record = (requestId: string): void =>
    recorder.record({ kind: 'api', api, exchange: exchangeOf({ requestId }), milliseconds: 1 });
  const server = createServer((_request, response) => {
    record('own');
    response.writeHead(200, { 'apigw-requestid': 'own' }).write('the ');
    setTimeout(() => {
      for (let at = 0; at < 3 * KEPT; at += 1) record(`other ${at}`);
      response.end('end');
    }, 20);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const question = { api: api.name, method: 'GET', path: '/', token: '', body: '' };
  const around = { known: knownOf(model), apiUrls: [`http://127.0.0.1:${port}`], recorder };
  expect(await call(question, around)).toMatchObject({ response: { body: 'the end' }, entry: { requestId: 'own' } });
  server.close();
});
