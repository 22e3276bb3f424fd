import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The URL that serves every issuer of the engine tests; the first part of the path is the issuer's host. */
    issuers: string;
  }
}

/**
 * Serves the documents of every tenant on loopback for the whole run. There is no tenant if the first label of its host
 * is `missing`.
 */
export default async function setup(project: TestProject): Promise<() => void> {
  const { n, e } = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' });
  const key = { kty: 'RSA', use: 'sig', alg: 'RS256', kid: 'engine', n, e };
  const server = createServer((request, response) => {
    const [, host = '', ...path] = (request.url ?? '').split('/');
    const documents: Readonly<Record<string, unknown>> = {
      '.well-known/openid-configuration': {
        issuer: `https://${host}/`,
        jwks_uri: `https://${host}/.well-known/jwks.json`,
      },
      '.well-known/jwks.json': { keys: [key] },
    };
    const document = host.startsWith('missing.') ? undefined : documents[path.join('/')];
    response.writeHead(document === undefined ? 404 : 200).end(JSON.stringify(document ?? 'Not Found'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  project.provide('issuers', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return () => {
    server.closeAllConnections();
    server.close();
  };
}
