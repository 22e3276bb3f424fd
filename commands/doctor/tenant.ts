import type { Recorded } from '@auth0-http-api/twin';
import { z } from 'zod';
import { issuerProblem, type IssuerResponse } from '../../program/aws/issuer.ts';
import { placeholderProblems } from '../../program/config/rules.ts';
import { fromJson } from '../../program/from-json.ts';
import { scopesOf } from '../rights/scopes.ts';
import { finding, type Finding } from './finding.ts';
import type { Machine } from './machine.ts';

/** Tenant settings that the provider resets with the default directory. */
const RESET = ['default_token_quota', 'error_page', 'mtls', 'skip_non_verifiable_callback_uri_confirmation_prompt'];

/** Checks the tenant's documents, the Management API's credentials and scopes, and the default directory. */
export async function judgeTenant(machine: Machine, recorded: Recorded, stack: string): Promise<Finding[]> {
  const { domain, issuerDomain = domain } = recorded.providers.auth0;
  // Never call a placeholder's domain: it may belong to someone else.
  if (placeholderProblems({ 'auth0:domain': domain }).length > 0) return judgeDirectory(machine, recorded, stack);
  const problem = await issuerProblem(`https://${issuerDomain}/`, (url) => machine.request(url));
  const key = issuerDomain === domain ? 'auth0:domain' : 'api:issuerDomain';
  const tenant =
    problem === undefined
      ? finding('Auth0 tenant', 'ok', issuerDomain)
      : finding('Auth0 tenant', 'error', problem, `pulumi config set ${key} <domain> --stack ${stack}`);
  const answer = await requestToken(machine, domain, stack);
  if (typeof answer !== 'string') return [tenant, answer, ...(await judgeDirectory(machine, recorded, stack))];
  const { scope = '', azp = '' } = claimsOf(answer);
  const granted = scope.split(' ');
  const missing = scopesOf([recorded], 'deploy').filter((scope) => !granted.includes(scope));
  const management =
    missing.length === 0
      ? finding('Management API', 'ok', `${azp || 'the token'} has every scope that the stack needs`)
      : finding(
          'Management API',
          'error',
          `${azp || 'the token'} lacks ${missing.join(', ')}`,
          `auth0 apps open ${azp}`,
        );
  return [tenant, management, ...(await judgeDirectory(machine, recorded, stack, answer))];
}

/** Returns a token of the Management API, or why there is none. */
async function requestToken({ env, run, request }: Machine, domain: string, stack: string): Promise<string | Finding> {
  // The provider prefers the stack file's values.
  const setting = (key: string, variable: string): string | undefined => {
    const { code, stdout } = run('pulumi', 'config', 'get', `auth0:${key}`, '--stack', stack, '--non-interactive');
    return code === 0 ? stdout.trim() : env[variable];
  };
  const token = setting('apiToken', 'AUTH0_API_TOKEN');
  if (token) return token;
  const id = setting('clientId', 'AUTH0_CLIENT_ID');
  const secret = setting('clientSecret', 'AUTH0_CLIENT_SECRET');
  const fix = `export AUTH0_CLIENT_ID=<id> AUTH0_CLIENT_SECRET=<secret of an application of ${domain}>`;
  if (!id || !secret) return finding('Management API', 'error', 'there are no credentials', fix);
  const audience = `https://${domain}/api/v2/`;
  const response = await request(`https://${domain}/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ grant_type: 'client_credentials', client_id: id, client_secret: secret, audience }),
  });
  const { access_token: issued, error_description: why } = parsed(TOKEN, response) ?? {};
  if (issued !== undefined) return issued;
  const reason = 'failure' in response ? response.failure : `${response.status} ${why ?? ''}`;
  return finding('Management API', 'error', `the tenant issues no token to ${id}: ${reason}`, fix);
}

/** Checks what an update would change in the tenant's settings; unknown without a token. */
async function judgeDirectory(
  { request }: Machine,
  { resources, providers }: Recorded,
  stack: string,
  token?: string,
): Promise<Finding[]> {
  const own = resources.find(({ type }) => type === 'auth0:index/tenant:Tenant')?.inputs['defaultDirectory'];
  if (own === undefined) return [];
  const url = `https://${providers.auth0.domain}/api/v2/tenants/settings?fields=default_directory,${RESET.join()}&include_fields=true`;
  const response = token && (await request(url, { headers: { authorization: `Bearer ${token}` } }));
  // The body of an error is JSON too.
  const settings = response && 'status' in response && response.status === 200 ? parsed(SETTINGS, response) : undefined;
  const current = settings?.['default_directory'];
  const lost = [
    ...(current && current !== own ? [`the default directory ${JSON.stringify(current)}`] : []),
    ...RESET.filter((key) => settings?.[key]),
  ];
  if (settings !== undefined && lost.length === 0) {
    return [finding('default directory', 'ok', `${JSON.stringify(own)} replaces no setting of the tenant`)];
  }
  const what = settings === undefined ? `the tenant's ${RESET.join(', ')}, which cannot be read` : lost.join(', ');
  const message = `api:defaultDirectory is true, so an update resets ${what}`;
  return [
    finding('default directory', 'warning', message, `pulumi config set api:defaultDirectory false --stack ${stack}`),
  ];
}

const TOKEN = z.object({ access_token: z.string().optional(), error_description: z.string().optional() });
const SETTINGS = z.record(z.string(), z.unknown());
// The ID becomes part of a command to paste.
const CLIENT_ID = z.string().regex(/^[\w-]+$/);
const CLAIMS = z.object({ scope: z.string().optional(), azp: CLIENT_ID.optional().catch(undefined) });

function claimsOf(token: string): z.infer<typeof CLAIMS> {
  const [, payload = ''] = token.split('.');
  return CLAIMS.safeParse(fromJson(Buffer.from(payload, 'base64url').toString())).data ?? {};
}

function parsed<T>(schema: z.ZodType<T>, response: IssuerResponse): T | undefined {
  return 'failure' in response ? undefined : schema.safeParse(fromJson(response.body)).data;
}
