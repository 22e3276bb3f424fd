import * as pulumi from '@pulumi/pulumi';
import { z } from 'zod';
import { ISSUER_TIMEOUT, JWKS_BYTES } from '../../limits/http-api.ts';
import type { ApiSideArgs } from './api-parts.ts';
import { fromJson } from '../from-json.ts';
import { printableLine, UserError } from '../user-error.ts';

/** An issuer's response to a GET request, or why there was none. */
export type IssuerResponse = { readonly status: number; readonly body: string } | { readonly failure: string };

type ReadIssuer = (url: string) => Promise<IssuerResponse>;

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
 * Returns hooks that check the tenant's documents before AWS creates or updates a resource, also in a preview: an
 * authorizer with an unreachable issuer rejects every token. Without an engine there are no hooks.
 */
export function issuerHooks({ settings, issuer, shared }: ApiSideArgs): pulumi.CustomResourceOptions {
  if (!pulumi.runtime.hasEngine()) return {};
  const first = settings.issuerDomain === settings.domain ? 'auth0:domain' : 'api:issuerDomain';
  const key = shared === undefined ? first : 'api:secondIssuer.domain';
  let problem: Promise<string | undefined> | undefined;
  const check = async (): Promise<void> => {
    // Several resources share the hook; check the tenant once.
    const found = await (problem ??= issuerProblem(issuer, (url) => readOverHttps(url)));
    if (found === undefined) return;
    throw new UserError('issuer', `Pulumi.${settings.stack}.yaml, ${key}: ${found}`);
  };
  const hook = new pulumi.ResourceHook(shared === undefined ? 'issuer' : 'second issuer', check, { onDryRun: true });
  return { hooks: { beforeCreate: [hook], beforeUpdate: [hook] } };
}

/**
 * Returns why API Gateway would reject every token of an issuer and how to fix it, in one line, or undefined.
 * @param issuer with the trailing slash of Auth0's issuers
 */
export async function issuerProblem(issuer: string, read: ReadIssuer): Promise<string | undefined> {
  const url = `${issuer}.well-known/openid-configuration`;
  const discovery = judgeDiscovery(issuer, await read(url));
  if ('problem' in discovery) return printableLine(`${url} ${discovery.problem}`);
  const problem = judgeKeys(await read(discovery.jwksUri));
  return problem && printableLine(`${discovery.jwksUri} ${problem}`);
}

/** Checks a discovery document. The problem continues a sentence that begins with the document's URL. */
function judgeDiscovery(
  issuer: string,
  response: IssuerResponse,
): { readonly jwksUri: string } | { readonly problem: string } {
  if (!isOk(response)) return { problem: `${failureOf(response)}; write the domain of a tenant that exists` };
  const { data } = DISCOVERY.safeParse(fromJson(response.body));
  if (data === undefined) {
    return { problem: 'is not a discovery document with issuer and jwks_uri; write the domain of an Auth0 tenant' };
  }
  if (data.issuer === issuer) return { jwksUri: data.jwks_uri };
  return { problem: `names the issuer ${data.issuer}, not ${issuer}; write that issuer's domain` };
}

/** Checks a key set. The problem continues a sentence that begins with the key set's URL. */
function judgeKeys(response: IssuerResponse): string | undefined {
  if (!isOk(response)) return `${failureOf(response)}; API Gateway reads its keys there`;
  if (Buffer.byteLength(response.body) > JWKS_BYTES) {
    return `is too large: API Gateway reads at most ${JWKS_BYTES} bytes; remove keys`;
  }
  const keys = KEY_SET.safeParse(fromJson(response.body)).data?.keys ?? [];
  if (keys.some((key) => RS256_KEY.safeParse(key).success)) return undefined;
  return 'has no RSA key for RS256, which the tokens are signed with; write the domain of an Auth0 tenant';
}

function isOk(response: IssuerResponse): response is { readonly status: 200; readonly body: string } {
  return 'status' in response && response.status === 200;
}

function failureOf(response: IssuerResponse): string {
  return 'failure' in response ? `failed: ${response.failure}` : `responded ${response.status}, not 200`;
}

/** Attempts for each document: on a busy machine the timer can fire before a received response is read. */
const ATTEMPTS = 3;

/** Maximum bytes to read; API Gateway's own limit is lower. */
const LONGEST = 1_000_000;

/** Reads a document within API Gateway's timeout, up to its first megabyte. */
export async function readOverHttps(url: string, attempt = 1): Promise<IssuerResponse> {
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(ISSUER_TIMEOUT) });
    return { status: response.status, body: await startOf(response) };
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError') {
      if (attempt < ATTEMPTS) return readOverHttps(url, attempt + 1);
      return { failure: `no response within ${ISSUER_TIMEOUT} ms, API Gateway's own limit, in ${ATTEMPTS} attempts` };
    }
    // fetch's cause has the details, for example "getaddrinfo ENOTFOUND".
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    return { failure: cause instanceof Error ? cause.message : String(cause) };
  }
}

async function startOf({ body }: { readonly body: AsyncIterable<Uint8Array> | null }): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > LONGEST) break;
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}
