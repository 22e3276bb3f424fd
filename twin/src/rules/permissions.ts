import { z } from 'zod';
import {
  judgeEach,
  ofType,
  valueOf,
  type Finding,
  type Registered,
  type RegisteredResource,
  type Rule,
} from './registered.ts';

const FUNCTION = 'aws:lambda/function:Function';
const PERMISSION = 'aws:lambda/permission:Permission';
const INTEGRATION = 'aws:apigatewayv2/integration:Integration';

const permissionInputs = z.object({
  action: z.string(),
  function: z.string(),
  principal: z.string(),
  sourceArn: z.string().optional(),
});

function invokePermissions(all: Registered): Finding[] {
  const granted = ofType(all, PERMISSION).map(({ inputs: { function: name, qualifier } }) =>
    typeof qualifier === 'string' ? `${String(name)}:${qualifier}` : name,
  );
  const apis = ofType(all, 'aws:apigatewayv2/api:Api').map((api) => `${String(valueOf(api, 'executionArn'))}/`);
  const functions = ofType(all, FUNCTION);
  const count = (names: readonly unknown[]): number => granted.filter((name) => names.includes(name)).length;
  const wrong = (found: number): string | undefined =>
    found === 1 ? undefined : `its function has ${found} invoke permissions, where it needs one`;
  const called = [
    ...ofType(all, INTEGRATION).map(({ inputs }) => inputs['integrationUri']),
    ...ofType(all, 'aws:apigatewayv2/api:Api').map(({ inputs }) => inputs['target']),
  ].map(String);
  // Other services may call a function that is behind no API.
  const isBehindApi = (one: RegisteredResource): boolean =>
    called.some((uri) => uri.includes(String(valueOf(one, 'arn'))));
  return [
    ...functions.filter(isBehindApi).flatMap((resource) => {
      const message = wrong(count([valueOf(resource, 'name'), valueOf(resource, 'arn')]));
      return message === undefined ? [] : [{ resource, message }];
    }),
    // A function that exists already, and is called by its ARN.
    ...judgeEach(all, INTEGRATION, z.object({ integrationType: z.string(), integrationUri: z.string() }), (inputs) => {
      const declared = functions.some((one) => valueOf(one, 'arn') === inputs.integrationUri);
      return inputs.integrationType !== 'AWS_PROXY' || declared ? undefined : wrong(count([inputs.integrationUri]));
    }),
    ...judgeEach(all, PERMISSION, permissionInputs, ({ action, principal, sourceArn = '' }) => {
      if (principal !== 'apigateway.amazonaws.com' || action !== 'lambda:InvokeFunction') {
        return `it lets ${principal} do ${action}, where API Gateway alone may invoke`;
      }
      return apis.some((api) => sourceArn.startsWith(api))
        ? undefined
        : 'it lets APIs invoke that are not declared here';
    }),
  ];
}

/** Who may call a function. */
export const PERMISSION_RULES: readonly Rule[] = [
  {
    name: 'one invoke permission',
    says: 'Each function has one invoke permission, for the API that is declared here and nobody else.',
    check: invokePermissions,
  },
];
