import type * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { declareAlarms } from './program/aws/alarms.ts';
import { suffixOf, type ApiSideArgs, type Within } from './program/aws/api-parts.ts';
import type { RouteSpec } from './program/contract/define-contract.ts';
import { declareDomain } from './program/aws/domain.ts';
import { declareFunctions, declareIntegrations } from './program/aws/integrations.ts';
import { issuerHooks } from './program/aws/issuer.ts';
import { routeName } from './program/aws/route-name.ts';
import { services } from './program/services.ts';
import { declareAccessLog, declareStage } from './program/aws/stage.ts';
import type { Settings } from './settings.ts';

/** Declares the AWS side: the HTTP API, its authorizer for Auth0, integrations, stage, domain and alarms. */
export class ApiSide extends pulumi.ComponentResource {
  /** The API's URL, without a trailing slash. */
  readonly url: pulumi.Output<string>;
  /** The target of the domain's DNS record, if it must be created by hand. */
  readonly domainTarget: pulumi.Output<string> | undefined;
  /** The API that trusts the second issuer, if the stack has one. */
  readonly second: ApiSide | undefined;
  /** Handler key to the unzipped size of its code. */
  readonly codeSizes: Readonly<Record<string, string>>;

  constructor(name: string, args: ApiSideArgs, options?: pulumi.ComponentResourceOptions) {
    super('auth0-http-api:index:ApiSide', name, {}, options);
    const within: Within = { component: this, name, ...args };

    const hooks = issuerHooks(args);
    const api = declareApi(within, hooks);
    const authorizer = declareAuthorizer(within, api, hooks);
    const functions = declareFunctions(within, api);
    const integrations = declareIntegrations(within, api, functions);
    const routes = Object.entries(args.contract.routes).map(([key, route]) =>
      declareRoute(within, key, route, api, authorizer, integrations),
    );
    const accessLog = declareAccessLog(within);
    const stage = declareStage(within, api, routes, accessLog);
    declareAlarms(within, api, stage, accessLog);

    const domain = declareDomain(within, api, stage);

    this.url = domain?.url ?? pulumi.interpolate`${api.apiEndpoint}${stagePath(args.settings)}`;
    this.domainTarget = domain?.target;
    const { apiDomain, secondIssuer } = args.settings;
    this.second =
      domain && apiDomain && secondIssuer && args.shared === undefined
        ? new ApiSide(
            `${name}-second`,
            {
              ...args,
              issuer: `https://${secondIssuer.domain}/`,
              settings: {
                ...args.settings,
                apiDomain: { name: apiDomain.name, basePath: secondIssuer.basePath, existing: true },
              },
              shared: { functions, domainName: domain.name },
            },
            { parent: this },
          )
        : undefined;
    this.codeSizes = Object.fromEntries([...args.bundles].map(([key, { size }]) => [key, size]));
    this.registerOutputs({ url: this.url });
  }
}

/** Returns the path prefix that the stage adds to the API's AWS URL. */
function stagePath({ stageName }: Settings): string {
  return stageName === '$default' ? '' : `/${stageName}`;
}

function declareApi(within: Within, hooks: pulumi.CustomResourceOptions): aws.apigatewayv2.Api {
  const { component, name, settings } = within;
  return new services.apigatewayv2.Api(
    name,
    {
      name: `${pulumi.getProject()}-${settings.stack}${suffixOf(within)}`,
      protocolType: 'HTTP',
      ...(settings.cors && { corsConfiguration: settings.cors }),
      // At AWS's own address, callers would bypass the domain and its checks.
      ...(settings.apiDomain && { disableExecuteApiEndpoint: true }),
    },
    { parent: component, protect: settings.production, ...hooks },
  );
}

function declareAuthorizer(
  { component, name, settings, issuer, audience, secondAudience }: Within,
  api: aws.apigatewayv2.Api,
  hooks: pulumi.CustomResourceOptions,
): aws.apigatewayv2.Authorizer {
  return new services.apigatewayv2.Authorizer(
    name,
    {
      apiId: api.id,
      authorizerType: 'JWT',
      identitySources: [settings.identitySource],
      jwtConfiguration: {
        issuer,
        audiences: [audience, ...(secondAudience ? [secondAudience] : []), ...settings.otherAudiences],
      },
    },
    { parent: component, ...hooks },
  );
}

function declareRoute(
  { component }: Within,
  routeKey: string,
  route: RouteSpec,
  api: aws.apigatewayv2.Api,
  authorizer: aws.apigatewayv2.Authorizer,
  integrations: ReadonlyMap<string, aws.apigatewayv2.Integration>,
): aws.apigatewayv2.Route {
  const integration = integrations.get(routeKey);
  if (integration === undefined) throw new Error(`no integration for ${routeKey}`);
  const { name, aliases } = routeName(routeKey);
  return new services.apigatewayv2.Route(
    name,
    {
      apiId: api.id,
      routeKey,
      target: pulumi.interpolate`integrations/${integration.id}`,
      ...(route.scopes === 'public'
        ? { authorizationType: 'NONE' }
        : {
            authorizationType: 'JWT',
            authorizerId: authorizer.id,
            ...(route.scopes !== 'any token' && { authorizationScopes: [...route.scopes] }),
          }),
    },
    { parent: component, aliases },
  );
}
