import { z } from 'zod';
import { variableNameProblem } from '../../../limits/environment-names.ts';
import { MEMORY, TIMEOUT } from '../../../limits/lambda.ts';
import { ACCOUNT_ID, anyValue, arn, optionalText, text, unused, type ResourceType } from './resource.ts';

const variables = z.record(z.string(), z.string()).superRefine((all, context) => {
  for (const name of Object.keys(all)) {
    const message = variableNameProblem(name);
    if (message !== undefined) context.addIssue({ code: 'custom', path: [name], message });
  }
});

/** The URI by which API Gateway invokes a function. */
function invokeUri(functionArn: string, region: string): string {
  return `arn:aws:apigateway:${region}:lambda:path/2015-03-31/functions/${functionArn}/invocations`;
}

/** AWS Lambda's resource types. Source: https://www.pulumi.com/registry/packages/aws/api-docs/lambda/ */
export const AWS_LAMBDA = {
  'aws:lambda/function:Function': {
    outputs: ({ name, inputs, identity, region }) => {
      const functionName = optionalText(inputs, 'name') ?? `${name}-${identity.hex(`function ${name}`, 7)}`;
      const functionArn = arn('lambda', region, `function:${functionName}`);
      const version = inputs['publish'] === true ? '1' : '$LATEST';
      return {
        id: functionName,
        outputs: {
          name: functionName,
          arn: functionArn,
          invokeArn: invokeUri(functionArn, region),
          version,
          qualifiedArn: `${functionArn}:${version}`,
          qualifiedInvokeArn: invokeUri(`${functionArn}:${version}`, region),
        },
      };
    },
    inputs: z.strictObject({
      code: z.strictObject(
        { archive: z.record(z.string(), z.string()), binary: z.record(z.string(), z.string()).optional() },
        { error: 'write an archive; the twin cannot read code from S3 or an image' },
      ),
      handler: z.string().regex(/^[\w./-]+\.[\w$]+$/, { error: 'write file.function, for example "index.handler"' }),
      runtime: z.string().regex(/^nodejs(18|20|22|24)\.x$/, { error: 'the twin runs nodejs18.x to nodejs24.x only' }),
      // Source: https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
      memorySize: z.int().min(MEMORY.min).max(MEMORY.max).default(128),
      timeout: z.int().min(TIMEOUT.min).max(TIMEOUT.max).default(3),
      reservedConcurrentExecutions: z.int().min(-1).optional(),
      environment: z.strictObject({ variables: variables.optional() }).optional(),
      packageType: z.literal('Zip').optional(),
      loggingConfig: z
        .strictObject({
          logFormat: anyValue,
          logGroup: z.string().optional(),
          ...unused('applicationLogLevel', 'systemLogLevel'),
        })
        .optional(),
      ...unused(
        'name',
        'description',
        'role',
        'architectures',
        'publish',
        'skipDestroy',
        'sourceCodeHash',
        'kmsKeyArn',
      ),
      ...unused('ephemeralStorage', 'layers', 'tracingConfig', 'vpcConfig', 'deadLetterConfig', 'region', 'tags'),
    }),
    withoutEffect: {
      ephemeralStorage: 'ephemeral storage',
      layers: 'layers (their files are missing here)',
      tracingConfig: 'X-Ray tracing',
      vpcConfig: 'VPCs of functions',
      deadLetterConfig: 'dead letter queues',
    },
    alsoWithoutEffect: ({ code }) => {
      const { binary } = z.object({ binary: z.record(z.string(), z.unknown()) }).safeParse(code).data ?? {};
      return Object.keys(binary ?? {}).some((name) => name.endsWith('.node'))
        ? 'Lambda’s compiled addons (those of this machine run)'
        : undefined;
    },
  },
  'aws:lambda/alias:Alias': {
    outputs: ({ inputs, region }) => {
      const functionName = text(inputs, 'functionName');
      const functionArn = functionName.startsWith('arn:')
        ? functionName
        : arn('lambda', region, `function:${functionName}`);
      const aliasArn = `${functionArn}:${text(inputs, 'name')}`;
      return { id: aliasArn, outputs: { arn: aliasArn, invokeArn: invokeUri(aliasArn, region) } };
    },
    inputs: z.strictObject({
      functionName: z.string(),
      name: z.string(),
      functionVersion: z.string(),
      ...unused('description', 'region'),
    }),
  },
  'aws:lambda/permission:Permission': {
    outputs: ({ name }) => ({ id: name }),
    inputs: z.strictObject({
      action: z.string(),
      function: z.string(),
      principal: z.string().regex(/[^*]/, { error: 'anyone could call the function without the API' }),
      sourceArn: z.string().optional(),
      sourceAccount: z.literal(ACCOUNT_ID).optional(),
      qualifier: z.string().optional(),
      functionUrlAuthType: z.undefined({ error: 'a function URL bypasses the API and its authorizer' }).optional(),
      ...unused('statementId', 'statementIdPrefix', 'region'),
    }),
  },
} as const satisfies Readonly<Record<string, ResourceType>>;
