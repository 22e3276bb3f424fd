import type * as aws from '@pulumi/aws';
import type * as pulumi from '@pulumi/pulumi';
import { CALLER_HEADERS } from '../../limits/caller-headers.ts';
import { parseFunctionArn } from '../../limits/function-arn.ts';
import type { Within } from './api-parts.ts';
import type { PrivateBackend } from '../config/api-keys.ts';
import { backendOf, functionLabel } from '../contract/backend.ts';
import { formerName } from '../former-name.ts';
import { declareHandler, letInvoke } from './function.ts';
import { routeName } from './route-name.ts';
import { services } from '../services.ts';

/** Declares each handler's function, by handler key. A second API gets permission to invoke the first one's. */
export function declareFunctions(within: Within, api: aws.apigatewayv2.Api): ReadonlyMap<string, aws.lambda.Function> {
  const { component, name, contract, shared } = within;
  if (shared === undefined) {
    return new Map(Object.keys(contract.handlers).map((key) => [key, declareHandler(within, key, api)]));
  }
  for (const [key, { name: lambda }] of shared.functions) {
    letInvoke(`${name}-${key}`, { function: lambda }, api, { parent: component });
  }
  return shared.functions;
}

/** Returns the integration of each route: one for a handler or function, one for each forwarded route. */
export function declareIntegrations(
  within: Within,
  api: aws.apigatewayv2.Api,
  lambdas: ReadonlyMap<string, aws.lambda.Function>,
): ReadonlyMap<string, aws.apigatewayv2.Integration> {
  const { component, name, contract, settings } = within;
  const handlers = new Map(
    [...lambdas].map(([key, { arn }]) => {
      const options = { parent: component, aliases: formerName(name, contract.handlers[key]?.formerly) };
      return [key, invoke(`${name}-${key}`, api, arn, options)] as const;
    }),
  );
  const functions = new Map<string, aws.apigatewayv2.Integration>();
  return new Map(
    Object.entries(contract.routes).map(([key, route]) => {
      const backend = backendOf(key, route, settings.backends);
      if (backend.kind === 'forward') {
        const target = { integrationUri: backend.url };
        return [key, declareForward(within, key, target, {}, route.scopes === 'public', api)];
      }
      if (backend.kind === 'private') {
        const { target, path } = privateTarget(settings.privateBackends[backend.name], backend.path);
        return [key, declareForward(within, key, target, path, route.scopes === 'public', api)];
      }
      if (backend.kind === 'function') {
        const integration = functions.get(backend.arn) ?? declareExisting(within, backend.arn, api);
        functions.set(backend.arn, integration);
        return [key, integration];
      }
      const integration = handlers.get(backend.handler);
      if (integration === undefined) throw new Error(`no integration for the handler ${backend.handler}`);
      return [key, integration];
    }),
  );
}

function invoke(
  name: string,
  { id: apiId }: aws.apigatewayv2.Api,
  integrationUri: pulumi.Input<string>,
  options: pulumi.CustomResourceOptions,
): aws.apigatewayv2.Integration {
  const inputs = { apiId, integrationType: 'AWS_PROXY', integrationUri, payloadFormatVersion: '2.0' };
  return new services.apigatewayv2.Integration(name, inputs, options);
}

/** Declares the integration of an existing function, and only its invoke permission for this API. */
function declareExisting(
  { component, name }: Within,
  arn: string,
  api: aws.apigatewayv2.Api,
): aws.apigatewayv2.Integration {
  const parsed = parseFunctionArn(arn);
  if (parsed === undefined) throw new Error(`${arn} was not refused`);
  const { unqualified, qualifier } = parsed;
  // Two dashes, because no handler key can produce this name.
  const resource = `${name}--${functionLabel(parsed)}`;
  const options = { parent: component };
  letInvoke(resource, { function: unqualified, ...(qualifier !== undefined && { qualifier }) }, api, options);
  return invoke(resource, api, arn, options);
}

/**
 * Declares an HTTP integration. It overwrites the caller headers from the token, or removes them without one, so that a
 * caller cannot forge them. The token itself is passed on, because `authorization` cannot be mapped. Public and
 * protected routes use separate resources, so that a change between them never exposes a backend to forged headers.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html
 */
function declareForward(
  { component }: Within,
  routeKey: string,
  target: Partial<aws.apigatewayv2.IntegrationArgs>,
  path: Readonly<Record<string, string>>,
  isPublic: boolean,
  api: aws.apigatewayv2.Api,
): aws.apigatewayv2.Integration {
  const mappings = Object.entries(CALLER_HEADERS).map(([header, claim]) =>
    isPublic
      ? [`remove:header.${header}`, "''"]
      : [`overwrite:header.${header}`, `$context.authorizer.claims.${claim}`],
  );
  const { name, aliases } = routeName(routeKey, isPublic ? ' public' : '');
  return new services.apigatewayv2.Integration(
    name,
    {
      apiId: api.id,
      integrationType: 'HTTP_PROXY',
      integrationMethod: 'ANY',
      ...target,
      payloadFormatVersion: '1.0',
      requestParameters: { ...(Object.fromEntries(mappings) as Record<string, string>), ...path },
    },
    { parent: component, aliases },
  );
}

/**
 * Returns the target in a VPC. The path is always set: API Gateway would otherwise prepend the stage's name.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-private.html
 */
function privateTarget(
  backend: PrivateBackend | undefined,
  path: string,
): { readonly target: Partial<aws.apigatewayv2.IntegrationArgs>; readonly path: Readonly<Record<string, string>> } {
  if (backend === undefined) throw new Error('undeclared private backend');
  const { vpcLink, listener, serverName } = backend;
  return {
    target: {
      connectionType: 'VPC_LINK',
      connectionId: vpcLink,
      integrationUri: listener,
      ...(serverName !== undefined && { tlsConfig: { serverNameToVerify: serverName } }),
    },
    path: { 'overwrite:path': path.replaceAll(/\{([^{}]*)\}/g, '${request.path.$1}') },
  };
}
