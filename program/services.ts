import type * as auth0 from '@pulumi/auth0';
import type * as aws from '@pulumi/aws';
import type * as random from '@pulumi/random';
import { createRequire } from 'node:module';

const load = createRequire(import.meta.url);

/**
 * The parts of the providers' SDKs in use. The index of `@pulumi/aws` loads 250 services, and an ES module's import of the
 * others loads all of their resources: together a third of the CPU time of loading this program.
 */
export const services = {
  auth0: load('@pulumi/auth0') as typeof auth0,
  random: load('@pulumi/random') as typeof random,
  acm: load('@pulumi/aws/acm') as typeof aws.acm,
  apigatewayv2: load('@pulumi/aws/apigatewayv2') as typeof aws.apigatewayv2,
  awsConfig: load('@pulumi/aws/config') as typeof aws.config,
  cloudwatch: load('@pulumi/aws/cloudwatch') as typeof aws.cloudwatch,
  iam: load('@pulumi/aws/iam') as typeof aws.iam,
  lambda: load('@pulumi/aws/lambda') as typeof aws.lambda,
  route53: load('@pulumi/aws/route53') as typeof aws.route53,
};
