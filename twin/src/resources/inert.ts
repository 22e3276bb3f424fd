import type { Recorded } from '../evaluate/record.ts';

/** Types that change nothing of what the twin serves, and what a person calls them. */
export const INERT_TYPES: Readonly<Record<string, string>> = {
  'aws:acm/certificate:Certificate': 'certificates',
  'aws:acm/certificateValidation:CertificateValidation': 'certificates',
  'aws:cloudwatch/logGroup:LogGroup': 'log groups',
  'aws:cloudwatch/logMetricFilter:LogMetricFilter': 'alarms',
  'aws:cloudwatch/metricAlarm:MetricAlarm': 'alarms',
  'aws:iam/role:Role': 'IAM roles and policies',
  'aws:iam/rolePolicy:RolePolicy': 'IAM roles and policies',
  'aws:route53/record:Record': 'DNS records',
};

/** Types that mean nothing by themselves, here or elsewhere: what they make is read by others. */
export const SILENT_TYPES: readonly string[] = ['random:index/randomPassword:RandomPassword'];

/** Inputs that change nothing of what the twin serves, although the resource does. */
const INERT_INPUTS: readonly (readonly [type: string, input: string, what: string])[] = [
  ['auth0:index/client:Client', 'tokenQuota', 'token quotas'],
  ['aws:apigatewayv2/api:Api', 'disableExecuteApiEndpoint', 'the API’s own domain (it answers at this address)'],
];

/** What the program declares that has no meaning on this machine, in the words of a person, each once. */
export function withoutMeaning({ resources, providers }: Recorded): string[] {
  const found = resources.flatMap(({ type, inputs }) => {
    const label = INERT_TYPES[type];
    const ofInputs = INERT_INPUTS.filter(([of, input]) => of === type && input in inputs).map(([, , what]) => what);
    return label === undefined ? ofInputs : [label, ...ofInputs];
  });
  const tags = providers.aws.defaultTags || resources.some(({ inputs }) => 'tags' in inputs) ? ['tags'] : [];
  return [...new Set([...found, ...tags])].toSorted();
}
