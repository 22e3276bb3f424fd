/** Grammars of VPC resources. */

/** A VPC link's ID. Source: https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/vpclinks.html */
export const VPC_LINK_ID = /^[a-z0-9]{6,12}$/;
/**
 * An Application or Network Load Balancer's listener. Source:
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancingv2.html
 */
export const LISTENER_ARN =
  /^arn:aws[a-z-]*:elasticloadbalancing:[a-z0-9-]+:\d{12}:listener\/(app|net)\/[A-Za-z0-9-]{1,32}\/[0-9a-f]{16}\/[0-9a-f]{16}$/;

export const SUBNET_ID = /^subnet-([0-9a-f]{8}|[0-9a-f]{17})$/;
export const SECURITY_GROUP_ID = /^sg-([0-9a-f]{8}|[0-9a-f]{17})$/;
/** Maximum subnets of a function. Source: https://docs.aws.amazon.com/lambda/latest/api/API_VpcConfig.html */
export const SUBNETS_PER_FUNCTION = 16;
export const SECURITY_GROUPS_PER_FUNCTION = 5;
/**
 * The only actions that a function's role needs on `*` for a VPC.
 * Source: https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSLambdaVPCAccessExecutionRole.html
 */
export const NETWORK_ACTIONS: readonly string[] = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];
