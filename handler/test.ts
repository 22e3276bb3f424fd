import type { APIGatewayProxyHandlerV2WithJWTAuthorizer } from 'aws-lambda';

/** The gateway has checked the token and its scope before this runs: a handler needs no code for either. */
export const handler: APIGatewayProxyHandlerV2WithJWTAuthorizer = async () => ({
  statusCode: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify('JWT test backend lambda'),
});
