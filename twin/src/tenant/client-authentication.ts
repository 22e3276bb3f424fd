import type { Client } from '../model/tenant.ts';
import { clientOfAssertion } from './client-assertion.ts';
import { refusals } from './errors.ts';
import type { Parameters } from './parameters.ts';
import { sameText } from './same-text.ts';
import type { TenantService } from './service.ts';

export interface Credentials {
  readonly authorization: string | undefined;
  /** The address of the request, with a trailing slash. */
  readonly base: string;
}

/**
 * Authenticates the client by its assertion, or by its secret in the body or by HTTP Basic; only one of these is allowed. A
 * public client has none.
 * Source: RFC 6749, section 2.3; https://auth0.com/docs/secure/application-credentials
 * @throws TokenError if that fails
 */
export async function authenticateClient(
  service: Pick<TenantService, 'tenant' | 'state' | 'clock'>,
  parameters: Parameters,
  { authorization, base }: Credentials,
): Promise<Client> {
  if (!parameters.has('client_assertion') && !parameters.has('client_assertion_type')) {
    return clientOfSecret(service.tenant.clients, parameters, authorization);
  }
  if (authorization !== undefined || parameters.has('client_secret')) {
    return refusals.malformed('Only one method of client authentication may be used');
  }
  return clientOfAssertion(service, parameters, base);
}

function clientOfSecret(clients: readonly Client[], parameters: Parameters, authorization: string | undefined): Client {
  const basic = authorization === undefined ? undefined : basicCredentials(authorization);
  if (
    basic !== undefined &&
    (parameters.has('client_secret') || (parameters.get('client_id') ?? basic.id) !== basic.id)
  ) {
    return refusals.malformed('Only one method of client authentication may be used');
  }
  const id = basic?.id ?? parameters.get('client_id');
  const secret = basic?.secret ?? parameters.get('client_secret') ?? '';
  if (!id) return refusals.missingClientId();
  const client = clients.find(({ clientId }) => clientId === id);
  // A public client must not send a secret.
  if (client?.isPublic === true) return secret === '' && basic === undefined ? client : refusals.wrongClient();
  // Compare even for an unknown client, so that the response time reveals nothing.
  const matches = sameText(secret, client?.secret ?? '');
  return client !== undefined && matches && secret !== '' ? client : refusals.wrongClient();
}

/** RFC 6749, section 2.3.1: id and secret are form-encoded before they are joined. */
function basicCredentials(authorization: string): { id: string; secret: string } | undefined {
  const [, encoded] = /^Basic ([A-Za-z0-9+/]+=*)$/i.exec(authorization) ?? [];
  if (encoded === undefined) return refusals.wrongClient();
  const text = Buffer.from(encoded, 'base64').toString();
  const colon = text.indexOf(':');
  if (colon < 0) return refusals.wrongClient();
  try {
    const decode = (part: string): string => decodeURIComponent(part.replaceAll('+', ' '));
    return { id: decode(text.slice(0, colon)), secret: decode(text.slice(colon + 1)) };
  } catch {
    return refusals.wrongClient();
  }
}
