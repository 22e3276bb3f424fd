import * as pulumi from '@pulumi/pulumi';
import { z } from 'zod';
import { ISSUER_TIMEOUT, JWKS_BYTES } from '../../limits/http-api.ts';
import type { Settings } from '../../settings.ts';
import { UserError } from '../user-error.ts';

/** What an issuer responded to a GET request, or why there was no response. */
export type IssuerResponse = { readonly status: number; readonly body: string } | { readonly failure: string };

/** Reads an issuer's document by its URL. */
export type ReadIssuer = (url: string) => Promise<IssuerResponse>;

const DISCOVERY = z.object({ issuer: z.string(), jwks_uri: z.url({ protocol: /^https$/ }) });
const KEY_SET = z.object({ keys: z.array(z.record(z.string(), z.unknown())) });
const RS256_KEY = z.object({
  kty: z.literal('RSA'),
  kid: z.string(),
  n: z.string(),
  e: z.string(),
  use: z.literal('sig').optional(),
  alg: z.literal('RS256').optional(),
});

/**
 * Returns the hooks that read the tenant's documents before AWS creates or updates a resource, in a preview as well. An
 * authorizer whose issuer does not respond rejects every token. Without an engine there are none: no AWS reads them then.
 */
export function issuerHooks(settings: Settings, issuer: string): pulumi.CustomResourceOptions {
  if (!pulumi.runtime.hasEngine()) return {};
  let problem: Promise<string | undefined> | undefined;
  const check = async (): Promise<void> => {
    // Several resources have the hook; the tenant is read once.
    const found = await (problem ??= issuerProblem(issuer, (url) => readOverHttps(url)));
    if (found === undefined) return;
    const key = settings.issuerDomain === settings.domain ? 'auth0:domain' : 'api:issuerDomain';
    throw new UserError('issuer', `Pulumi.${settings.stack}.yaml, ${key}: ${found}`);
  };
  const hook = new pulumi.ResourceHook('issuer', check, { onDryRun: true });
  return { hooks: { beforeCreate: [hook], beforeUpdate: [hook] } };
}

/**
 * Returns why API Gateway would reject every token of an issuer, and what to correct, or undefined.
 * @param issuer with the slash at its end that Auth0's issuers have
 */
export async function issuerProblem(issuer: string, read: ReadIssuer): Promise<string | undefined> {
  const url = `${issuer}.well-known/openid-configuration`;
  const discovery = judgeDiscovery(issuer, await read(url));
  if ('problem' in discovery) return `${url} ${discovery.problem}`;
  const problem = judgeKeys(await read(discovery.jwksUri));
  return problem && `${discovery.jwksUri} ${problem}`;
}

/** Judges an issuer's discovery document. The problem continues a sentence that begins with the document's URL. */
export function judgeDiscovery(
  issuer: string,
  response: IssuerResponse,
): { readonly jwksUri: string } | { readonly problem: string } {
  if (!isOk(response)) return { problem: `${failureOf(response)}; write the domain of a tenant that exists` };
  const { data } = DISCOVERY.safeParse(parsed(response.body));
  if (data === undefined) {
    return { problem: 'is no discovery document with issuer and jwks_uri; write the domain of an Auth0 tenant' };
  }
  if (data.issuer === issuer) return { jwksUri: data.jwks_uri };
  return { problem: `names the issuer ${data.issuer}, not ${issuer}; write that issuer's domain` };
}

/** Judges an issuer's key set; the problem continues a sentence that begins with its URL. */
export function judgeKeys(response: IssuerResponse): string | undefined {
  if (!isOk(response)) return `${failureOf(response)}; API Gateway reads its keys there`;
  const bytes = Buffer.byteLength(response.body);
  if (bytes > JWKS_BYTES) return `has ${bytes} bytes, and API Gateway reads at most ${JWKS_BYTES}; remove keys`;
  const keys = KEY_SET.safeParse(parsed(response.body)).data?.keys ?? [];
  if (keys.some((key) => RS256_KEY.safeParse(key).success)) return undefined;
  return 'has no RSA key for RS256, which the tokens are signed with; write the domain of an Auth0 tenant';
}

function isOk(response: IssuerResponse): response is { readonly status: 200; readonly body: string } {
  return 'status' in response && response.status === 200;
}

function failureOf(response: IssuerResponse): string {
  return 'failure' in response ? `failed: ${response.failure}` : `responded ${response.status}, not 200`;
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

/** Attempts for each document: a busy machine may answer a timer before a response that is there. */
const ATTEMPTS = 3;

/** Reads a document within API Gateway's own timeout. */
export async function readOverHttps(url: string, attempt = 1): Promise<IssuerResponse> {
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(ISSUER_TIMEOUT) });
    return { status: response.status, body: await response.text() };
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError') {
      if (attempt < ATTEMPTS) return readOverHttps(url, attempt + 1);
      return { failure: `no response within ${ISSUER_TIMEOUT} ms, API Gateway's own limit, in ${ATTEMPTS} attempts` };
    }
    // fetch says only that it failed; its cause says why, for example "getaddrinfo ENOTFOUND".
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    return { failure: cause instanceof Error ? cause.message : String(cause) };
  }
}
