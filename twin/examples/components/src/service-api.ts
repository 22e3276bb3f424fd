import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Service } from './services.ts';

interface ServiceApiArgs {
  readonly issuer: pulumi.Input<string>;
  readonly audience: pulumi.Input<string>;
  readonly stage: string;
  readonly services: readonly Service[];
  readonly environment: Readonly<Record<string, pulumi.Input<string>>>;
}

export class ServiceApi extends pulumi.ComponentResource {
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: ServiceApiArgs, options?: pulumi.ComponentResourceOptions) {
    super('shop:index:ServiceApi', name, {}, options);
    const parent = { parent: this };
    const api = new aws.apigatewayv2.Api(name, { protocolType: 'HTTP' }, parent);
    const authorizer = new aws.apigatewayv2.Authorizer(
      name,
      {
        apiId: api.id,
        authorizerType: 'JWT',
        identitySources: ['$request.header.Authorization'],
        jwtConfiguration: { issuer: args.issuer, audiences: [args.audience] },
      },
      parent,
    );
    const role = new aws.iam.Role(
      name,
      { assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({ Service: 'lambda.amazonaws.com' }) },
      parent,
    );
    for (const service of args.services) {
      const fn = new aws.lambda.Function(
        service.name,
        {
          runtime: 'nodejs22.x',
          handler: 'index.handler',
          role: role.arn,
          timeout: 10,
          environment: { variables: { ...args.environment } },
          code: new pulumi.asset.AssetArchive({ 'index.mjs': new pulumi.asset.StringAsset(service.code) }),
        },
        parent,
      );
      new aws.lambda.Permission(
        service.name,
        {
          action: 'lambda:InvokeFunction',
          principal: 'apigateway.amazonaws.com',
          function: fn,
          sourceArn: pulumi.interpolate`${api.executionArn}/${args.stage}/*`,
        },
        parent,
      );
      const integration = new aws.apigatewayv2.Integration(
        service.name,
        { apiId: api.id, integrationType: 'AWS_PROXY', integrationUri: fn.arn, payloadFormatVersion: '2.0' },
        parent,
      );
      for (const [routeKey, permission] of Object.entries(service.routes)) {
        new aws.apigatewayv2.Route(
          routeKey.replace(/\W+/g, '-'),
          {
            apiId: api.id,
            routeKey,
            authorizationType: 'JWT',
            authorizerId: authorizer.id,
            authorizationScopes: [permission],
            target: pulumi.interpolate`integrations/${integration.id}`,
          },
          parent,
        );
      }
    }
    const stage = new aws.apigatewayv2.Stage(name, { apiId: api.id, name: args.stage, autoDeploy: true }, parent);
    this.url = stage.invokeUrl;
    this.registerOutputs({ url: this.url });
  }
}
