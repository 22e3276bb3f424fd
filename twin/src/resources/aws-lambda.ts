import { z } from 'zod';
import { variableNameProblem } from '../../../limits/environment-names.ts';
import { MEMORY, TIMEOUT } from '../../../limits/lambda.ts';
import { anyValue, arn, optionalText, type ResourceType } from './resource.ts';

const variables = z.record(z.string(), z.string()).superRefine((all, context) => {
  for (const name of Object.keys(all)) {
    const message = variableNameProblem(name);
    if (message !== undefined) context.addIssue({ code: 'custom', path: [name], message });
  }
});

/** AWS Lambda's resource types. Source: https://www.pulumi.com/registry/packages/aws/api-docs/lambda/ */
export const AWS_LAMBDA = {
  'aws:lambda/function:Function': {
    outputs: ({ name, inputs, identity, region }) => {
      const functionName = optionalText(inputs, 'name') ?? `${name}-${identity.hex(`function ${name}`, 7)}`;
      const outputs = { name: functionName, arn: arn('lambda', region, `function:${functionName}`) };
      return { id: functionName, outputs };
    },
    inputs: z.strictObject({
      code: z.strictObject({ archive: z.record(z.string(), z.string()) }),
      handler: z.string().regex(/^[\w./-]+\.[\w$]+$/, { error: 'write file.function, for example "index.handler"' }),
      runtime: z.literal('nodejs24.x'),
      memorySize: z.int().min(MEMORY.min).max(MEMORY.max),
      timeout: z.int().min(TIMEOUT.min).max(TIMEOUT.max),
      reservedConcurrentExecutions: z.int().min(0).optional(),
      environment: z.strictObject({ variables: variables.optional() }).optional(),
      packageType: z.literal('Zip').optional(),
      name: anyValue,
      description: anyValue,
      role: anyValue,
      architectures: anyValue,
      loggingConfig: z.strictObject({ logFormat: anyValue, logGroup: z.string().optional() }).optional(),
      tags: anyValue,
    }),
  },
  'aws:lambda/permission:Permission': {
    outputs: ({ name }) => ({ id: name }),
    inputs: z.strictObject({
      action: z.literal('lambda:InvokeFunction'),
      function: z.string(),
      principal: z.literal('apigateway.amazonaws.com'),
      sourceArn: z.string(),
      qualifier: z.string().optional(),
      statementId: anyValue,
    }),
  },
} as const satisfies Readonly<Record<string, ResourceType>>;
