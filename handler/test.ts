import { defineHandler } from '../program/contract/define-handler.ts';

/** Needs no authorization code: the gateway has already checked the token and its scope. */
export const handler = defineHandler(async () => ({
  statusCode: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify('JWT test backend lambda'),
}));
