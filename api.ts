import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Contract, RouteSpec } from './program/define-contract.ts';
import { formerName } from './program/former-name.ts';
import { declareFunction } from './program/function.ts';
import type { Settings } from './settings.ts';

interface ApiSideArgs {
  readonly contract: Contract;
  readonly settings: Settings;
  /** The folder that handler files are relative to. */
  readonly root: URL;
  readonly issuer: pulumi.Input<string>;
  readonly audience: pulumi.Input<string>;
}

/** The AWS side: the HTTP API, the authorizer that trusts Auth0, and a Lambda function for each handler. */
export class ApiSide extends pulumi.ComponentResource {
  /** Where the API answers, without a slash at its end. */
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: ApiSideArgs, options?: pulumi.ComponentResourceOptions) {
    super('auth0-http-api:index:ApiSide', name, {}, options);
    const within: Within = { component: this, name, ...args };

    const api = declareApi(within);
    const authorizer = declareAuthorizer(within, api);
    const integrations = declareIntegrations(within, api);
    const routes = Object.entries(args.contract.routes).map(([key, route]) =>
      declareRoute(within, key, route, api, authorizer, integrations),
    );
    declareStage(within, api, routes);

    this.url = api.apiEndpoint;
    this.registerOutputs({ url: this.url });
  }
}

/** What every declaration below needs: the tree it hangs in, and what to declare. */
interface Within extends ApiSideArgs {
  readonly component: ApiSide;
  readonly name: string;
}

function declareApi({ component, name, settings }: Within): aws.apigatewayv2.Api {
  return new aws.apigatewayv2.Api(
    name,
    { name: `${pulumi.getProject()}-${settings.stack}`, protocolType: 'HTTP' },
    { parent: component, protect: settings.production },
  );
}

function declareAuthorizer(
  { component, name, settings, issuer, audience }: Within,
  api: aws.apigatewayv2.Api,
): aws.apigatewayv2.Authorizer {
  return new aws.apigatewayv2.Authorizer(
    name,
    {
      apiId: api.id,
      authorizerType: 'JWT',
      identitySources: [settings.identitySource],
      jwtConfiguration: { issuer, audiences: [audience, ...settings.otherAudiences] },
    },
    { parent: component },
  );
}

function declareIntegrations(
  { component, name, contract, root }: Within,
  api: aws.apigatewayv2.Api,
): ReadonlyMap<string, aws.apigatewayv2.Integration> {
  return new Map(
    Object.entries(contract.handlers).map(([key, handler]) => {
      const aliases = formerName(name, handler.formerly);
      const lambda = declareFunction(`${name}-${key}`, handler, { root, parent: component, api, aliases });
      const integration = new aws.apigatewayv2.Integration(
        `${name}-${key}`,
        {
          apiId: api.id,
          integrationType: 'AWS_PROXY',
          integrationUri: lambda.arn,
          payloadFormatVersion: '2.0',
        },
        { parent: component, aliases },
      );
      return [key, integration];
    }),
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
  const integration = integrations.get(route.handler);
  if (integration === undefined) throw new Error(`no integration for the handler ${route.handler}`);
  return new aws.apigatewayv2.Route(
    routeKey,
    {
      apiId: api.id,
      routeKey,
      target: pulumi.interpolate`integrations/${integration.id}`,
      ...(route.scopes === 'public'
        ? { authorizationType: 'NONE' }
        : { authorizationType: 'JWT', authorizerId: authorizer.id, authorizationScopes: [...route.scopes] }),
    },
    { parent: component },
  );
}

/** The stage that is served at the root of the API; each change is released as it is made. */
function declareStage(
  { component, name }: Within,
  api: aws.apigatewayv2.Api,
  routes: readonly aws.apigatewayv2.Route[],
): aws.apigatewayv2.Stage {
  return new aws.apigatewayv2.Stage(
    name,
    { apiId: api.id, name: '$default', autoDeploy: true },
    { parent: component, dependsOn: [...routes] },
  );
}
