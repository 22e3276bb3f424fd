import { readdirSync } from 'node:fs';
import { LOCAL_HOSTS } from '../common/local-hosts.ts';
import type { Model } from '../model/model.ts';
import { clientName } from '../model/names.ts';
import type { Client } from '../model/tenant.ts';
import type { TwinState } from './state.ts';

interface EnvFile {
  readonly client: string;
  readonly file: string;
  /** Settings that are safe to publish: none is secret. */
  readonly settings: Readonly<Record<string, string>>;
  /** Whether the client runs in a browser or on a device, where anybody can read its settings. */
  readonly isPublic: boolean;
  readonly secret: string;
}

interface Addresses {
  readonly apiUrl: string;
  readonly tenantUrl: string;
}

const PAGE_PREFIXES = ['VITE_', 'NEXT_PUBLIC_'];

/** The scopes of the login itself. A third-party client gets none of them. */
const PROFILE = ['openid', 'profile', 'email'];

export function envFiles(model: Model, { apiUrl, tenantUrl }: Addresses): EnvFile[] {
  if (tenantUrl === '') return [];
  const { tenant, api } = model;
  const accepted = api.routes.flatMap(({ authorizer }) => authorizer?.audiences ?? []);
  const { resourceServers } = tenant;
  const resourceServer = resourceServers.find(({ identifier }) => accepted.includes(identifier)) ?? resourceServers[0];
  const clients = tenant.clients.filter(
    ({ grantTypes, login }) => grantTypes.includes('authorization_code') && login.callbacks.length > 0,
  );
  const names = clients.map(({ clientId }) => clientName(model, clientId) ?? clientId);
  const files = fileNames(names);
  return clients.map((client, index) => ({
    client: names[index] ?? '',
    file: files[index] ?? '',
    settings: {
      AUTH0_DOMAIN: tenantUrl,
      AUTH0_CLIENT_ID: client.clientId,
      AUTH0_AUDIENCE: resourceServer?.identifier ?? '',
      AUTH0_ISSUER: `https://${tenant.issuerDomain}/`,
      AUTH0_SCOPE: [...(client.firstParty ? PROFILE : []), ...(resourceServer?.scopes ?? [])].join(' '),
      AUTH0_CALLBACK_URL: localCallback(client),
      API_URL: apiUrl,
    },
    isPublic: client.isPublic,
    secret: client.secret,
  }));
}

export function envLines(settings: Readonly<Record<string, string>>, prefix = ''): string[] {
  return Object.entries(settings).map(([name, value]) => `${prefix}${name}=${envValue(value)}`);
}

export function writeEnvFiles(state: TwinState, files: readonly EnvFile[]): void {
  for (const { client, file, settings, isPublic, secret } of files) {
    const lines = [
      `# ${JSON.stringify(client)}, as the twin of this stack serves it. Written at each start and reload.`,
      ...PAGE_PREFIXES.flatMap((prefix) => envLines(settings, prefix)),
      // Without a prefix: a bundler would publish a prefixed secret.
      ...(isPublic ? [] : envLines({ ...settings, ...(secret !== '' && { AUTH0_CLIENT_SECRET: secret }) })),
    ];
    state.write(file, `${lines.join('\n')}\n`);
  }
  const written = files.map(({ file }) => file);
  for (const name of state.guarded(() => readdirSync(state.folder))) {
    if (name.endsWith('.env') && !written.includes(name)) state.remove(name);
  }
}

/** Returns a unique file name for each client, even if names differ only in characters that a file name cannot hold. */
function fileNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const slug = name.replaceAll(/[^A-Za-z0-9._-]+/g, '-').slice(0, 100);
    let file = `${slug}.env`;
    for (let next = 2; taken.has(file.toLowerCase()); next += 1) file = `${slug}-${next}.env`;
    taken.add(file.toLowerCase());
    return file;
  });
}

function localCallback({ login: { callbacks } }: Client): string {
  const isLocal = (url: string): boolean => URL.canParse(url) && LOCAL_HOSTS.includes(new URL(url).hostname);
  return callbacks.find(isLocal) ?? callbacks[0] ?? '';
}

/** Quotes a value so that shells and dotenv read the same string. */
function envValue(value: string): string {
  if (/^[\w.:/@%+=,-]*$/.test(value)) return value;
  return /['\r\n]/.test(value) ? JSON.stringify(value) : `'${value}'`;
}
