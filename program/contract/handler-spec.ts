import { z } from 'zod';
import { variableNameProblem } from '../../limits/environment-names.ts';
import { whyBroad } from '../../limits/iam-actions.ts';
import { ACTION, CONDITION_OPERATOR, RESOURCE } from '../../limits/iam.ts';
import { INTEGRATION_TIMEOUT } from '../../limits/http-api.ts';
import { EPHEMERAL_STORAGE, LARGEST_CONCURRENCY, LAYERS_PER_FUNCTION, MEMORY, TIMEOUT } from '../../limits/lambda.ts';
import type { DeepReadonly } from '../deep-readonly.ts';
import { described, matching } from '../schemas.ts';
import { reason } from './reason.ts';

/** Values may be secret, so errors never show them. */
const environment = z
  .record(z.string(), z.string({ error: 'the value of a variable must be a string; put it in quotes' }))
  .superRefine((variables, context) => {
    for (const name of Object.keys(variables)) {
      const message = variableNameProblem(name);
      if (message !== undefined) context.addIssue({ code: 'custom', path: [name], message });
    }
  });

const statement = z
  .strictObject({
    actions: described(
      z
        .array(
          matching(
            ACTION,
            'write an action like dynamodb:GetItem or dynamodb:Get*; not all actions of a service at once',
          ),
        )
        .min(1, { error: 'name an action, or leave the statement out' }),
      'The IAM actions that the function may call.',
    ),
    resources: described(
      z
        .array(
          matching(
            RESOURCE,
            'write *, or an ARN of six parts with its partition and service (and no region for iam), like arn:aws:s3:::bucket/*',
          ),
        )
        .min(1, { error: 'name a resource, or leave the statement out' }),
      'ARNs that the actions apply to. Write * only if the service has no ARN.',
    ),
    conditions: described(
      z
        .record(
          matching(CONDITION_OPERATOR, 'is not an IAM operator; write one like StringEquals'),
          z
            .record(z.string().min(1), z.union([z.string(), z.array(z.string()).min(1)]))
            .refine((keys) => Object.keys(keys).length > 0, {
              error: 'name a condition key, or leave the operator out',
            }),
        )
        .exactOptional(),
      'IAM conditions of the statement: a map from operators to condition keys and their values.',
    ),
    reason: described(
      reason.exactOptional(),
      'Why the function needs the actions. Required for an action of iam, sts or organizations, one with a wildcard inside its name, or one that writes to every resource.',
    ),
  })
  .superRefine(({ actions, resources, reason }, context) => {
    const [why] = actions.flatMap((action) => (ACTION.test(action) ? (whyBroad(action, resources) ?? []) : []));
    if (why === undefined || reason !== undefined) return;
    context.addIssue({ code: 'custom', path: ['actions'], message: `${why}; narrow it, or write a reason` });
  });

/** Settings of a handler that both the stack file and `contract.ts` may contain. */
export const handlerFields = {
  memory: described(z.int().min(MEMORY.min).max(MEMORY.max).exactOptional(), 'Memory in MB.'),
  /** Seconds; the gateway waits 30. */
  timeout: described(
    z
      .int()
      .min(TIMEOUT.min)
      .max(INTEGRATION_TIMEOUT.max / 1000)
      .exactOptional(),
    'Timeout in seconds; the gateway waits at most 30.',
  ),
  reservedConcurrency: described(
    z
      .int()
      .min(1, { error: 'must be at least 1: with 0 the function would handle nothing' })
      .max(LARGEST_CONCURRENCY)
      .exactOptional(),
    'The most events that the function handles at the same time. AWS reserves this concurrency for it.',
  ),
  environment: described(
    environment.exactOptional(),
    'Environment variables in addition to those in contract.ts. Set a secret with pulumi config set --secret --path.',
  ),
  layers: described(
    z
      .array(
        matching(
          /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:layer:[A-Za-z0-9_-]+:\d+$/,
          'write the ARN of a layer version, like arn:aws:lambda:eu-central-1:123456789012:layer:name:3',
        ),
      )
      .max(LAYERS_PER_FUNCTION, { error: `Lambda accepts at most ${LAYERS_PER_FUNCTION} layers` })
      .exactOptional(),
    'ARNs of layer versions. The twin runs the handler without their files.',
  ),
  ephemeralStorage: described(
    z.int().min(EPHEMERAL_STORAGE.min).max(EPHEMERAL_STORAGE.max).exactOptional(),
    'Size of /tmp in MB; 512 by default.',
  ),
  tracing: described(
    z.boolean().exactOptional(),
    'true sends traces to X-Ray, and gives the role permission to do so.',
  ),
  statements: described(
    z.array(statement).exactOptional(),
    'Additional IAM statements of the role; each allows actions on resources.',
  ),
};

export const HANDLER_KEY = /^[A-Za-z][A-Za-z0-9_-]{0,39}$/;

const RUNTIMES = ['nodejs22.x', 'nodejs24.x'] as const;
export type Runtime = (typeof RUNTIMES)[number];
/** The default runtime. Handlers are typed and tested with it. */
export const RUNTIME: Runtime = 'nodejs24.x';

/** The schema of a handler in `contract.ts`. */
export const handlerSpec = z.strictObject({
  ...handlerFields,
  /** Exports `handler`, in TypeScript or JavaScript (.ts, .mts, .js, .mjs, .cjs); relative to the project. */
  file: z.string(),
  /** Default: `arm64`. */
  architecture: z.enum(['arm64', 'x86_64']).exactOptional(),
  /** Default: `nodejs24.x`. */
  runtime: z.enum(RUNTIMES).exactOptional(),
  /** Imports that a layer or Lambda provides, in esbuild's syntax: `@aws-sdk/*`. */
  external: z.array(z.string().min(1)).exactOptional(),
  /** Packages to install next to the bundle for Lambda's architecture, such as those with a compiled addon. */
  packages: z
    .array(matching(/^(@[\w.-]+\/)?[\w-][\w.-]*$/, 'write the name of a package, without a version'))
    .exactOptional(),
  /** Files and folders to copy next to the bundle, under the same path relative to the project. */
  files: z
    .array(
      matching(
        /^(?!node_modules(\/|$)|index\.[mc]js)[\w@-][\w@.-]*(\/[\w@-][\w@.-]*)*$/,
        'write a path of the project, like templates or data/rates.json, without ./ or ..',
      ),
    )
    .exactOptional(),
  memory: handlerFields.memory.unwrap(),
  timeout: handlerFields.timeout.unwrap(),
  /**
   * The key before a rename, so that each stack keeps the function, role, permission and log group. Remove it after
   * every stack has been updated.
   */
  formerly: matching(HANDLER_KEY, 'is not a handler key, so no handler can have had it').exactOptional(),
});

export type HandlerSpec = DeepReadonly<z.infer<typeof handlerSpec>>;
export type PolicyStatement = DeepReadonly<z.infer<typeof statement>>;
type HandlerSettings = DeepReadonly<z.infer<z.ZodObject<typeof handlerFields>>>;

/** Returns a handler with a stack's settings: sizes are replaced; variables and statements are added. */
export function handlerIn(spec: HandlerSpec, settings: HandlerSettings = {}): HandlerSpec {
  return {
    ...spec,
    ...settings,
    environment: { ...spec.environment, ...settings.environment },
    statements: [...(spec.statements ?? []), ...(settings.statements ?? [])],
  };
}
