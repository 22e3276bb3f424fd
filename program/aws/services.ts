import type * as aws from '@pulumi/aws';
import { createRequire } from 'node:module';

const load = createRequire(import.meta.url);

/** The AWS services in use, loaded one by one: the index of `@pulumi/aws` loads 250, a fifth of the SDKs' CPU time. */
export const services = {
  acm: load('@pulumi/aws/acm') as typeof aws.acm,
  apigatewayv2: load('@pulumi/aws/apigatewayv2') as typeof aws.apigatewayv2,
  cloudwatch: load('@pulumi/aws/cloudwatch') as typeof aws.cloudwatch,
  iam: load('@pulumi/aws/iam') as typeof aws.iam,
  lambda: load('@pulumi/aws/lambda') as typeof aws.lambda,
  route53: load('@pulumi/aws/route53') as typeof aws.route53,
};
