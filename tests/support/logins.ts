import type { Changes } from './program.ts';
import { clients, NO_PASSWORD } from './stack-file-rows.ts';

type Client = Readonly<Record<string, unknown>>;

/** The client that a front-end developer writes into the stack file. */
export const SPA: Client = {
  name: 'web',
  type: 'spa',
  callbacks: ['http://localhost:5173'],
  origins: ['http://localhost:5173'],
  grants: ['authorization_code', 'refresh_token'],
};
export const NATIVE: Client = {
  name: 'phone',
  type: 'native',
  callbacks: ['com.acme.phone://login'],
  grants: ['authorization_code'],
};
export const WEB: Client = {
  name: 'desk',
  type: 'web',
  callbacks: ['https://desk.acme.io/callback'],
  grants: ['authorization_code'],
};
export const PARTNER: Client = { ...WEB, name: 'partner', party: 'third', permissions: ['read:user'] };

/** Stack dev with these clients and no password grant. */
export const loginsOf = (...all: readonly Client[]): Changes => ({ ...NO_PASSWORD, ...clients(...all) });
