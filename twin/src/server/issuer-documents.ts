import { get as httpGet, type IncomingMessage } from 'node:http';
import { get as httpsGet } from 'node:https';
import { ISSUER_TIMEOUT } from '../../../limits/http-api.ts';
import { readBody } from '../common/read-body.ts';
import type { Model } from '../model/model.ts';
import { SECOND_ISSUER_HOST } from '../model/tenant.ts';
import type { FetchDocument } from '../gateway/issuer-keys.ts';
import { GATEWAY_AGENT } from '../tenant/request-log.ts';

/** The most bytes to read of a document. The gateway's own limit is smaller. */
const MOST = 1_000_000;

/**
 * Returns a function that fetches an issuer's documents from the local tenant; other issuers are unreachable.
 * @param where the tenant's URL, and for https the authority to trust. The issuer's host name is not resolved: another
 *   process could answer for that name and become the issuer.
 */
export function fromTenant(
  model: () => Model,
  where: () => { readonly url: string; readonly ca: string | undefined },
): FetchDocument {
  return async (issuer, what) => {
    const { domain, issuerDomain, secondIssuerDomain } = model().tenant;
    const isOf = (host: string | undefined): boolean =>
      host !== undefined && [`https://${host}`, `https://${host}/`].includes(issuer);
    if (![domain, issuerDomain, secondIssuerDomain].some(isOf)) throw new Error(`${issuer} is not this stack's tenant`);
    const { url, ca } = where();
    if (url === '') throw new Error('there is no tenant');
    return getText(
      `${url.replace('//localhost:', '//127.0.0.1:')}/.well-known/${what === 'discovery' ? 'openid-configuration' : 'jwks.json'}`,
      ca,
      isOf(secondIssuerDomain) && !isOf(issuerDomain) ? SECOND_ISSUER_HOST : 'localhost',
    );
  };
}

function getText(url: string, ca: string | undefined, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'user-agent': GATEWAY_AGENT, host };
    const options = { signal: AbortSignal.timeout(ISSUER_TIMEOUT), agent: false as const, headers };
    const request =
      ca === undefined
        ? httpGet(url, options, (response) => void read(response).then(resolve, reject))
        : httpsGet(url, { ...options, ca }, (response) => void read(response).then(resolve, reject));
    request.on('error', reject);
  });
}

async function read(response: IncomingMessage): Promise<string> {
  if (response.statusCode !== 200) throw new Error(`the tenant answered ${response.statusCode}`);
  const body = await readBody(response, MOST);
  if (!body.isWhole) throw new Error('the document is incomplete or too large');
  return body.bytes.toString();
}
