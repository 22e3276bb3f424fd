import { functionOfUri, parseFunctionArn } from '../../../limits/function-arn.ts';
import { INTEGRATION_TIMEOUT } from '../../../limits/http-api.ts';
import { UserError } from '../common/user-error.ts';
import type { Emulated, Lookup } from '../resources/lookup.ts';
import { TYPE } from '../resources/tokens.ts';

export type Integration = FunctionIntegration | ExistingIntegration | HttpIntegration;

interface Common {
  /** Milliseconds that the gateway waits. */
  readonly timeout: number;
  /** Whether the API has permission to invoke it for this route; an HTTP endpoint needs none. */
  readonly mayInvoke: boolean;
}

export type PayloadFormat = '1.0' | '2.0';

export interface FunctionIntegration extends Common {
  readonly kind: 'function';
  readonly payload: PayloadFormat;
  readonly function: LambdaFunction;
}

/** A function that exists elsewhere: nothing of it is known but who may invoke it. */
export interface ExistingIntegration extends Common {
  readonly kind: 'existing function';
  readonly payload: PayloadFormat;
  readonly arn: string;
  /** ARN patterns of the callers that may invoke it. */
  readonly permissions: readonly string[];
}

export interface HttpIntegration extends Common {
  readonly kind: 'http';
  /** An https URL; or a listener's ARN, and the VPC link that leads there. */
  readonly url: string;
  /** The path there, in which `{name}` stands for the route's parameter of that name; undefined for the caller's path. */
  readonly path: string | undefined;
  readonly headers: readonly HeaderChange[];
}

/** What becomes of a header of that name, in lower case; whatever the caller sent in it is gone. */
interface HeaderChange {
  readonly name: string;
  /** The claim that it is overwritten with; undefined where it is only removed. */
  readonly claim: string | undefined;
}

export interface LambdaFunction {
  readonly name: string;
  /** The resource's name in the program, and the names that it had there before. */
  readonly logicalName: string;
  readonly formerly: readonly string[];
  readonly arn: string;
  readonly handler: string;
  /** The archive that would be uploaded: file name to text. */
  readonly files: Readonly<Record<string, string>>;
  /** Files of the archive that are not text: file name to base64. */
  readonly binary: Readonly<Record<string, string>>;
  /** The major version of Node.js that the function asks for; it runs on this machine's. */
  readonly node: number;
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

/** The integrations by the target that a route names; of an API made by quick create, by the API's id. */
export function integrationsOf(lookup: Lookup): ReadonlyMap<string, Integration> {
  const invocable = invocableOf(lookup);
  return new Map([
    ...lookup(TYPE.integration).map(
      (resource) => [`integrations/${resource.id}`, integrationOf(resource, invocable)] as const,
    ),
    ...lookup(TYPE.api).flatMap(({ id, name, inputs: { target } }) =>
      target === undefined ? [] : [[id, quickCreated(name, target, invocable)] as const],
    ),
  ]);
}

type Invocable = (integration: string, uri: string) => FunctionIntegration | ExistingIntegration;

/** Finds what a URI invokes: a function, one of its aliases, or a function that exists elsewhere. */
function invocableOf(lookup: Lookup): Invocable {
  const functions = new Map(lookup(TYPE.function).map((resource) => [String(resource.outputs['arn']), resource]));
  const aliases = new Set(lookup(TYPE.alias).map(({ id }) => id));
  const made = new Map<string, LambdaFunction>();
  // What quick create makes; an integration overwrites both.
  const common = { timeout: INTEGRATION_TIMEOUT.max, payload: '2.0', mayInvoke: false } as const;
  return (integration, uri) => {
    const arn = functionOfUri(uri);
    const parsed = parseFunctionArn(arn);
    const missing = new UserError(
      `the integration "${integration}" refers to the function ${uri}, which does not exist.`,
    );
    if (parsed === undefined) throw missing;
    const { unqualified, name, qualifier } = parsed;
    const permissions = permissionsOf(lookup, [unqualified, name], qualifier);
    const own = functions.get(unqualified);
    if (own === undefined) return { kind: 'existing function', arn, permissions, ...common };
    // A version's number and $LATEST need no resource of their own.
    if (qualifier !== undefined && !/^(\d+|\$LATEST)$/.test(qualifier) && !aliases.has(arn)) throw missing;
    const known = made.get(arn) ?? functionOf(own, permissions);
    made.set(arn, known);
    return { kind: 'function', function: known, ...common };
  };
}

/** ARN patterns of the callers that API Gateway may invoke a function for, under one of its names. */
function permissionsOf(lookup: Lookup, names: readonly string[], qualifier: string | undefined): string[] {
  return lookup(TYPE.permission)
    .filter(({ inputs: { action, principal } }) => INVOKING.test(action) && principal === 'apigateway.amazonaws.com')
    .filter(({ inputs }) => {
      const parsed = parseFunctionArn(inputs.function);
      const target = parsed?.unqualified ?? inputs.function;
      return names.includes(target) && (inputs.qualifier ?? parsed?.qualifier) === qualifier;
    })
    .map(({ inputs: { sourceArn } }) => sourceArn ?? '*');
}

const INVOKING = /^lambda:(InvokeFunction|Invoke\*|\*)$/;

function integrationOf({ name, inputs }: Emulated<typeof TYPE.integration>, invocable: Invocable): Integration {
  const timeout = inputs.timeoutMilliseconds ?? INTEGRATION_TIMEOUT.max;
  if (inputs.integrationType === 'HTTP_PROXY') {
    const headers = Object.entries(inputs.requestParameters ?? {}).flatMap(([key, value]) =>
      key === 'overwrite:path' ? [] : [headerChange(name, key, value)],
    );
    const { integrationUri, connectionId, tlsConfig } = inputs;
    const plain = { ...endpointOf(integrationUri), headers, timeout };
    if (connectionId === undefined) return plain;
    const tls = tlsConfig === undefined ? 'without TLS' : `as ${tlsConfig.serverNameToVerify}`;
    const { 'overwrite:path': written = '' } = inputs.requestParameters ?? {};
    const path = written === '$request.path' ? undefined : written.replaceAll(/\$\{request\.path\.(\w+)\}/g, '{$1}');
    return { ...plain, url: `${integrationUri} (VPC link ${connectionId}, ${tls}) ${path ?? ''}`.trim(), path };
  }
  return { ...invocable(name, inputs.integrationUri), timeout, payload: inputs.payloadFormatVersion };
}

/** Source: https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis.html (target) */
function quickCreated(api: string, target: string, invocable: Invocable): Integration {
  return target.startsWith('https://') ? endpointOf(target) : invocable(api, target);
}

function endpointOf(url: string): HttpIntegration {
  const path = url.replace(/^https:\/\/[^/]*/, '') || '/';
  return { kind: 'http', url, path, headers: [], timeout: INTEGRATION_TIMEOUT.max, mayInvoke: true };
}

function headerChange(integration: string, key: string, value: string): HeaderChange {
  const [, change, name = ''] = /^(overwrite|remove):header\.(.+)$/.exec(key) ?? [];
  if (change === 'remove') return { name, claim: undefined };
  const [, claim] = /^\$context\.authorizer\.claims\.(\w+)$/.exec(value) ?? [];
  if (claim !== undefined) return { name, claim };
  throw new UserError(
    `The integration "${integration}" overwrites the header ${name} with ${value}; the twin supports only $context.authorizer.claims.<name>.`,
  );
}

function functionOf(
  { name: logicalName, inputs, outputs, formerly }: Emulated<typeof TYPE.function>,
  permissions: readonly string[],
): LambdaFunction {
  const name = String(outputs['name']);
  return {
    name,
    logicalName,
    formerly,
    arn: String(outputs['arn']),
    handler: inputs.handler,
    files: inputs.code.archive,
    binary: inputs.code.binary ?? {},
    node: Number(/\d+/.exec(inputs.runtime)?.[0]),
    memory: inputs.memorySize,
    timeout: inputs.timeout,
    environment: inputs.environment?.variables ?? {},
    logGroup: inputs.loggingConfig?.logGroup ?? `/aws/lambda/${name}`,
    // -1 is no reservation.
    reservedConcurrency: inputs.reservedConcurrentExecutions === -1 ? undefined : inputs.reservedConcurrentExecutions,
    permissions,
  };
}

/** Returns the name of an integration in the log and on the screen; a load balancer has its own name. */
export function integrationName(integration: Integration): string {
  if (integration.kind === 'function') return integration.function.name;
  return integration.kind === 'http'
    ? integration.url.replace(/^arn:\S+:listener\/\w+\/([^/\s]+)\S*/, 'load balancer $1')
    : integration.arn;
}
