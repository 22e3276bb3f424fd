import { parseFunctionArn } from '../../../limits/function-arn.ts';
import { INTEGRATION_TIMEOUT } from '../../../limits/http-api.ts';
import { UserError } from '../common/user-error.ts';
import type { Emulated, Lookup } from '../resources/lookup.ts';

/** What serves a route. */
export type Integration = FunctionIntegration | ExistingIntegration | HttpIntegration;

interface Common {
  /** Milliseconds that the gateway waits. */
  readonly timeout: number;
  /** Whether the gateway may call it from this route of this API; nobody has to let it call an HTTP endpoint. */
  readonly mayInvoke: boolean;
}

/** A function that the program declares. */
export interface FunctionIntegration extends Common {
  readonly kind: 'function';
  readonly function: LambdaFunction;
}

/** A function that exists elsewhere: nothing of it is known but who may invoke it. */
export interface ExistingIntegration extends Common {
  readonly kind: 'existing function';
  readonly arn: string;
  /** ARN patterns of the callers that may invoke it. */
  readonly permissions: readonly string[];
}

/** An HTTP endpoint. */
export interface HttpIntegration extends Common {
  readonly kind: 'http';
  /** An https URL; `{name}` in its path stands for the route's parameter of that name. */
  readonly url: string;
  readonly headers: readonly HeaderChange[];
}

/** What becomes of a header of that name, in lower case; whatever the caller sent in it is gone. */
export interface HeaderChange {
  readonly name: string;
  /** The claim that it is overwritten with; undefined where it is only removed. */
  readonly claim: string | undefined;
}

/** A function that the program declares, with all that running it here takes. */
export interface LambdaFunction {
  readonly name: string;
  /** The resource's name in the program, and the names that it had there before. */
  readonly logicalName: string;
  readonly formerly: readonly string[];
  readonly arn: string;
  readonly handler: string;
  /** The archive that would be uploaded: file name to text. */
  readonly files: Readonly<Record<string, string>>;
  /** MB. */
  readonly memory: number;
  /** Seconds. */
  readonly timeout: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly logGroup: string;
  readonly reservedConcurrency: number | undefined;
  /** ARN patterns of the callers that may invoke it. */
  readonly permissions: readonly string[];
}

/** The integrations by the target that a route names. */
export function integrationsOf(lookup: Lookup): ReadonlyMap<string, Integration> {
  const functions = new Map(
    lookup('aws:lambda/function:Function').map((one) => [String(one.outputs['arn']), functionOf(one, lookup)]),
  );
  return new Map(
    lookup('aws:apigatewayv2/integration:Integration').map((one) => [
      `integrations/${one.id}`,
      integrationOf(one, functions, lookup),
    ]),
  );
}

function integrationOf(
  { name, inputs }: Emulated<'aws:apigatewayv2/integration:Integration'>,
  functions: ReadonlyMap<string, LambdaFunction>,
  lookup: Lookup,
): Integration {
  const timeout = inputs.timeoutMilliseconds ?? INTEGRATION_TIMEOUT.max;
  if (inputs.integrationType === 'HTTP_PROXY') {
    const headers = Object.entries(inputs.requestParameters ?? {}).map(([key, value]) =>
      headerChange(name, key, value),
    );
    return { kind: 'http', url: inputs.integrationUri, headers, timeout, mayInvoke: true };
  }
  const own = functions.get(inputs.integrationUri);
  if (own !== undefined) return { kind: 'function', function: own, timeout, mayInvoke: false };
  const existing = parseFunctionArn(inputs.integrationUri);
  if (existing === undefined) {
    throw new UserError(
      `the integration "${name}" refers to the function ${inputs.integrationUri}, which is not there.`,
    );
  }
  const permissions = lookup('aws:lambda/permission:Permission')
    .filter((one) => one.inputs.function === existing.unqualified && one.inputs.qualifier === existing.qualifier)
    .map((one) => one.inputs.sourceArn);
  return { kind: 'existing function', arn: inputs.integrationUri, permissions, timeout, mayInvoke: false };
}

function headerChange(integration: string, key: string, value: string): HeaderChange {
  const [, change, name = ''] = /^(overwrite|remove):header\.(.+)$/.exec(key) ?? [];
  if (change === 'remove') return { name, claim: undefined };
  const [, claim] = /^\$context\.authorizer\.claims\.(\w+)$/.exec(value) ?? [];
  if (claim !== undefined) return { name, claim };
  throw new UserError(
    `The integration "${integration}" overwrites the header ${name} with ${value}; the twin knows $context.authorizer.claims.<name> only.`,
  );
}

function functionOf(
  { name: logicalName, inputs, outputs, formerly }: Emulated<'aws:lambda/function:Function'>,
  lookup: Lookup,
): LambdaFunction {
  const name = String(outputs['name']);
  const arn = String(outputs['arn']);
  return {
    name,
    logicalName,
    formerly,
    arn,
    handler: inputs.handler,
    files: inputs.code.archive,
    memory: inputs.memorySize,
    timeout: inputs.timeout,
    environment: inputs.environment?.variables ?? {},
    logGroup: inputs.loggingConfig?.logGroup ?? `/aws/lambda/${name}`,
    reservedConcurrency: inputs.reservedConcurrentExecutions,
    permissions: lookup('aws:lambda/permission:Permission')
      .filter(({ inputs: given }) => [name, arn].includes(given.function) && given.qualifier === undefined)
      .map((permission) => permission.inputs.sourceArn),
  };
}

/** What an integration is called in the log and the screen. */
export function integrationName(integration: Integration): string {
  if (integration.kind === 'function') return integration.function.name;
  return integration.kind === 'http' ? integration.url : integration.arn;
}
