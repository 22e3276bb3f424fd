/** Grammars of what lies in a VPC. */

/** A VPC link of HTTP APIs. Source: https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/vpclinks.html */
export const VPC_LINK_ID = /^[a-z0-9]{6,12}$/;
/** A listener of an Application or Network Load Balancer. Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancingv2.html */
export const LISTENER_ARN =
  /^arn:aws[a-z-]*:elasticloadbalancing:[a-z0-9-]+:\d{12}:listener\/(app|net)\/[A-Za-z0-9-]{1,32}\/[0-9a-f]{16}\/[0-9a-f]{16}$/;
