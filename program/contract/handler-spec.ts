import { z } from 'zod';
import { variableNameProblem } from '../../limits/environment-names.ts';

/** What a handler's function may do besides writing its log; an IAM statement that allows. */
export interface PolicyStatement {
  /** Like `dynamodb:GetItem`. */
  readonly actions: readonly string[];
  /** ARNs, or `*` where a service knows no other. */
  readonly resources: readonly string[];
  /** As IAM writes them: operator to condition key to value. */
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** A Lambda function's code and size. */
export interface HandlerSpec {
  /** The TypeScript file that exports `handler`, relative to the project. */
  readonly file: string;
  /** Memory in MB, 128 to 10240. Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
  readonly memory: number;
  /** Seconds, 1 to 30: the gateway waits no longer than 30 s. Source: http-api-quotas. */
  readonly timeout: number;
  /** Events that it handles at once at most; that many are kept free for it of what the account may run. */
  readonly reservedConcurrency?: number;
  /** Environment variables. What is secret belongs into the stack file, encrypted. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly statements?: readonly PolicyStatement[];
  /**
   * The key that it had before it was renamed, so that each stack keeps its function, role, permission and log group.
   * It may go once every stack has been brought up with it.
   */
  readonly formerly?: string;
}

/** The texts may be secret: an error never shows one. */
const environment = z
  .record(z.string(), z.string({ error: 'a variable’s value must be a text; put it in quotes' }))
  .superRefine((variables, context) => {
    for (const name of Object.keys(variables)) {
      const message = variableNameProblem(name);
      if (message !== undefined) context.addIssue({ code: 'custom', path: [name], message });
    }
  });

/** Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
const OPERATOR =
  /^((ForAllValues:|ForAnyValue:)?(String(Not)?(Equals(IgnoreCase)?|Like)|(Numeric|Date)((Not)?Equals|(Less|Greater)Than(Equals)?)|Bool|BinaryEquals|(Not)?IpAddress|Arn(Not)?(Equals|Like))(IfExists)?|Null)$/;

/** IAM takes no pattern for the service, and no region where the service has none. */
const RESOURCE = /^(\*|arn:(\*|aws(-[a-z]+)*):(iam:|(?!iam:)[a-z0-9-]+:[\w*?-]*):[\w*?-]*:.+)$/;

const statement = z.strictObject({
  actions: z
    .array(
      z.string().regex(/^[a-z0-9-]+:[A-Za-z0-9*]*[A-Za-z][A-Za-z0-9*]*$/, {
        error: 'an action is like dynamodb:GetItem or dynamodb:Get*; all of a service at once is not taken',
      }),
    )
    .min(1, { error: 'name an action, or leave the statement out' })
    .meta({ description: 'What it may do.' }),
  resources: z
    .array(
      z.string().regex(RESOURCE, {
        error:
          'a resource is an ARN of six parts with its partition and service written out (and no region for iam), like arn:aws:s3:::bucket/*, or *',
      }),
    )
    .min(1, { error: 'name a resource, or leave the statement out' })
    .meta({ description: 'To what; * only where a service knows no ARN.' }),
  conditions: z
    .record(
      z.string().regex(OPERATOR),
      z
        .record(z.string().min(1), z.union([z.string(), z.array(z.string()).min(1)]))
        .refine((keys) => Object.keys(keys).length > 0, { error: 'name a condition key, or leave the operator out' }),
      { error: 'is no operator of IAM; write one like StringEquals' },
    )
    .exactOptional()
    .meta({ description: 'When, as IAM writes it: operator to condition key to value.' }),
});

/** AWS counts in 32 bits. */
const LARGEST_INT = 2_147_483_647;

/** What a stack file may say of a handler, and `contract.ts` too; memory and timeout it must. */
export const handlerFields = {
  memory: z.int().min(128).max(10_240).exactOptional().meta({ description: 'MB.' }),
  timeout: z.int().min(1).max(30).exactOptional().meta({ description: 'Seconds; the gateway waits 30.' }),
  reservedConcurrency: z
    .int()
    .min(1, { error: 'must be at least 1: with 0 the function would handle nothing' })
    .max(LARGEST_INT)
    .exactOptional()
    .meta({ description: 'Events that the function handles at once, at most; kept free for it.' }),
  environment: environment.exactOptional().meta({
    description: 'Variables besides those of contract.ts. Set a secret one with pulumi config set --secret --path.',
  }),
  statements: z.array(statement).exactOptional().meta({
    description: 'What its role allows besides; an IAM policy of these actions on these resources.',
  }),
};

/** What a stack file says of one handler. */
export type HandlerSettings = Readonly<z.infer<z.ZodObject<typeof handlerFields>>>;

/** A handler as a stack has it: the stack file replaces sizes, and adds variables and statements. */
export function handlerIn(spec: HandlerSpec, settings: HandlerSettings = {}): HandlerSpec {
  return {
    ...spec,
    ...settings,
    environment: { ...spec.environment, ...settings.environment },
    statements: [...(spec.statements ?? []), ...(settings.statements ?? [])],
  };
}
