/**
 * The throttle that a new AWS account has for API Gateway in most regions.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
 */
export const ACCOUNT_THROTTLE = { burst: 5000, rate: 10_000 } as const;
