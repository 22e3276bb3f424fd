import { expect, it } from 'vitest';
import { startEchoTwin } from '../support/echo.ts';
import { call, serviceToken } from '../support/twin.ts';

const DOMAIN = '{ name: api.example.com, existing: true, basePath: shop/v1 }';

// docs/fidelity.md F42, F43
it('An API with a named stage and a base path is served below that path, and rawPath has the stage instead', async () => {
  const twin = await startEchoTwin((project) =>
    project.edit(
      'Pulumi.dev.yaml',
      'api:production: false',
      `api:production: false\n  api:stage: live\n  api:domain: ${DOMAIN}`,
    ),
  );
  expect(twin.outputs.apiUrl).toMatch(/^http:\/\/localhost:\d+\/shop\/v1$/);
  const token = await serviceToken(twin);

  const { status, text } = await call(twin, token, '/echo/a/b?c=d');
  expect(status).toBe(200);
  expect(JSON.parse(text)).toMatchObject({
    event: {
      routeKey: 'ANY /echo/{proxy+}',
      rawPath: '/live/echo/a/b',
      rawQueryString: 'c=d',
      pathParameters: { proxy: 'a/b' },
      requestContext: { domainName: 'api.example.com', stage: 'live', http: { path: '/live/echo/a/b' } },
    },
  });
  const outside = { headers: { authorization: `Bearer ${token}` } };
  for (const path of ['/echo/a', '/shop/echo/a', '/live/echo/a', '/shop/v10/echo/a']) {
    const response = await fetch(new URL(path, twin.apiUrl), outside);
    expect(`${path} ${response.status}`).toBe(`${path} 404`);
  }
});
