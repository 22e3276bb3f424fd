import { violationsOf, type Recorded } from '@auth0-http-api/twin';
import { PERMISSIONS_PER_API, ROLES_PER_TENANT } from '../../limits/auth0.ts';
import { EXAMPLE_HOST } from '../../limits/hosts.ts';
import { DEFAULT_ROUTE_QUOTA, INTEGRATIONS_PER_API } from '../../limits/http-api.ts';
import { placeholderProblems } from '../../program/config/rules.ts';
import { finding, type Finding } from './finding.ts';

type Values = Readonly<Record<string, string>>;

/** Checks what a real engine, the policy pack and the services would reject in an evaluated program. */
export function judgeStackFile(recorded: Recorded, values: Values, stack: string): Finding[] {
  const set = (key: string): string => `pulumi config set ${key} <value> --stack ${stack}`;
  const placeholders = placeholderProblems(values).map(({ place, message }) =>
    finding(place, 'error', message, set(place)),
  );
  const examples = recorded.resources
    .filter(({ type }) => type === 'auth0:index/client:Client')
    .flatMap(({ name, inputs }) =>
      ['callbacks', 'allowedLogoutUrls', 'webOrigins', 'allowedOrigins'].flatMap((list) => {
        const urls = inputs[list];
        if (!Array.isArray(urls)) return [];
        return urls
          .map(String)
          .filter((url) => EXAMPLE_HOST.test(URL.parse(url)?.hostname ?? ''))
          .map((url) => `${name}: ${url} is a placeholder`);
      }),
    );
  const violations = violationsOf(recorded).map(({ rule, resource, message }) => `${resource}: ${message} (${rule})`);
  const edits = [...new Set([...examples, ...violations])];
  return [
    ...placeholders,
    ...(edits.length === 0 ? [] : [finding('rules', 'error', edits.join('\n'), `$EDITOR Pulumi.${stack}.yaml`)]),
    ...judgeQuotas(recorded, values),
  ];
}

function judgeQuotas({ resources }: Recorded, values: Values): Finding[] {
  const count = (type: string): number => resources.filter((resource) => resource.type === type).length;
  const scopes = resources.find(({ type }) => type === 'auth0:index/resourceServerScopes:ResourceServerScopes')?.inputs[
    'scopes'
  ];
  const used = [
    ['routes', count('aws:apigatewayv2/route:Route'), Number(values['api:routeQuota'] ?? DEFAULT_ROUTE_QUOTA)],
    ['integrations', count('aws:apigatewayv2/integration:Integration'), INTEGRATIONS_PER_API],
    ['permissions', Array.isArray(scopes) ? scopes.length : 0, PERMISSIONS_PER_API],
    ['roles', count('auth0:index/role:Role'), ROLES_PER_TENANT],
  ] as const;
  const isFull = used.some(([, number, quota]) => number > 0.9 * quota);
  const text = used.map(([what, number, quota]) => `${number} of ${quota} ${what}`).join(', ');
  return [
    isFull
      ? finding('quotas', 'warning', text, 'aws service-quotas list-service-quotas --service-code apigateway')
      : finding('quotas', 'ok', text),
  ];
}
