import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { expect, it } from 'vitest';
import { folderWith } from '../../../../tests/support/folder.ts';
import { welcome } from '../../../src/cli/screen.ts';
import type { Model } from '../../../src/model/model.ts';
import { NO_LOGIN, type Client } from '../../../src/model/tenant.ts';
import { envFiles, writeEnvFiles } from '../../../src/server/env-files.ts';
import { openState } from '../../../src/server/state.ts';
import { plainModel } from '../../support/plain-model.ts';
import { plainApi, plainClient } from '../../support/plain-tenant.ts';

const URLS = { apiUrl: 'http://localhost:3000', tenantUrl: 'http://localhost:3001' };

const loginClient = (name: string, change: Partial<Client> = {}): Client =>
  plainClient({
    name,
    clientId: `id of ${name}`,
    grantTypes: ['authorization_code'],
    secret: '',
    isPublic: true,
    login: { ...NO_LOGIN, callbacks: ['https://app.example.com/', 'http://localhost:5173/back'] },
    ...change,
  });
const SPA = loginClient('shop (dev)', { clientId: 'spa-1' });
const WEB = loginClient('desk', { clientId: 'web-1', isPublic: false, secret: 'a secret of its own' });
const modelWith = (...clients: Client[]): Model => plainModel({ clients: [plainClient(), ...clients] });

function written(...clients: Client[]): { readonly folder: string; readonly read: (file: string) => string } {
  const state = openState(folderWith({}), 'dev');
  state.write('gone.env', '');
  writeEnvFiles(state, envFiles(modelWith(...clients), URLS));
  return { folder: state.folder, read: (file) => readFileSync(state.folder + file, 'utf8') };
}

it('The .env file has the settings of a login client for Vite and Next.js, and the callback on this machine', () => {
  const settings = {
    AUTH0_DOMAIN: 'http://localhost:3001',
    AUTH0_CLIENT_ID: 'spa-1',
    AUTH0_AUDIENCE: 'https://api.example.com',
    AUTH0_ISSUER: 'https://tenant.eu.auth0.com/',
    AUTH0_SCOPE: 'openid profile email read write',
    AUTH0_CALLBACK_URL: 'http://localhost:5173/back',
    API_URL: 'http://localhost:3000',
  };
  const prefixed = ['VITE_', 'NEXT_PUBLIC_'].flatMap((prefix) =>
    Object.entries(settings).map(([name, value]) => [prefix + name, value]),
  );
  expect(parseEnv(written(SPA).read('shop.env'))).toEqual(Object.fromEntries(prefixed));
});

it('The .env file has no secret for a public client, and a web client’s secret has no name that reaches a page', () => {
  const { read } = written(SPA, WEB);
  expect(read('shop.env')).not.toContain('SECRET');
  const withSecret = Object.entries(parseEnv(read('desk.env'))).filter(([, value]) => value === WEB.secret);
  expect(withSecret.map(([name]) => name)).toEqual(['AUTH0_CLIENT_SECRET']);
});

it('The .env file is readable only by its owner, and is deleted with its client', () => {
  const { folder } = written(SPA);
  expect(readdirSync(folder).filter((name) => name.endsWith('.env'))).toEqual(['shop.env']);
  expect(statSync(`${folder}shop.env`).mode & 0o777).toBe(0o600);
});

it('Each .env file has a unique name inside the folder, whatever the name of the client', () => {
  const names = ['../../x', 'Café (dev)', 'café', 'CAF-', 'x', 'X', 'x-2', '', '.'];
  const files = envFiles(modelWith(...names.map((name) => loginClient(name))), URLS).map(({ file }) => file);
  expect(files.filter((file) => !/^[A-Za-z0-9._-]+\.env$|^\.env$/.test(file))).toEqual([]);
  expect(new Set(files.map((file) => file.toLowerCase())).size).toBe(names.length);
});

it.each(['a b', 'a"b', "a'b", '$(touch x)', 'a\nVITE_AUTH0_DOMAIN=http://evil.example.com', '#x', '`x`', 'a\\b'])(
  'The .env file holds an audience like %j without an additional line or command',
  (identifier) => {
    const state = openState(folderWith({}), 'dev');
    const model = plainModel({ clients: [SPA], resourceServers: [plainApi({ identifier })] });
    writeEnvFiles(state, envFiles(model, URLS));
    const text = readFileSync(`${state.folder}shop.env`, 'utf8');
    expect(parseEnv(text)).toMatchObject({ VITE_AUTH0_DOMAIN: URLS.tenantUrl, VITE_API_URL: URLS.apiUrl });
    if (!/['\n]/.test(identifier)) {
      expect(parseEnv(text)['VITE_AUTH0_AUDIENCE']).toBe(identifier);
      const command = '. ./shop.env; printf %s "$VITE_AUTH0_AUDIENCE"';
      const options = { cwd: state.folder, encoding: 'utf8' } as const;
      expect(execFileSync('bash', ['-c', command], options)).toBe(identifier);
    }
  },
);

it('A client without a callback or a tenant has no .env file', () => {
  const noCallback = loginClient('none', { login: NO_LOGIN });
  expect(envFiles(modelWith(noCallback), URLS)).toEqual([]);
  expect(envFiles(modelWith(SPA), { ...URLS, tenantUrl: '' })).toEqual([]);
});

const screen = (model: Model): string =>
  welcome(model, { ...URLS, caFile: undefined, forwards: new Map(), stateFolder: '.twin/dev/', pageUrl: '' });

it('The start screen has a block to paste for each login client, and no secret in it', () => {
  const text = screen(modelWith(SPA, WEB));
  expect(text).toContain('Users log in through shop. Its .env file, also for Next.js, is .twin/dev/shop.env:\n\n');
  expect(text).toContain('  VITE_AUTH0_CLIENT_ID=spa-1\n');
  expect(text).toContain('Users log in through desk. Its .env file, with its secret, is .twin/dev/desk.env:\n\n');
  expect(text).toContain('  AUTH0_CLIENT_ID=web-1\n');
  expect(text).not.toContain(WEB.secret);
});

it('The start screen has no password command for a client without the password grant', () => {
  const connections = [{ id: 'con_1', name: 'users', clientIds: ['spa-1', 'client'], bruteForceProtection: true }];
  const text = screen(plainModel({ clients: [SPA, plainClient()], connections }));
  expect(text.split('\n').filter((line) => line.includes('"password"'))).toHaveLength(1);
  expect(text).not.toContain('"client_id":"spa-1"');
});
