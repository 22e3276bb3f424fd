import { defineHandler } from '../program/contract/define-handler.ts';

/** The gateway has checked the token and its scope before this runs: a handler needs no code for either. */
export const handler = defineHandler(async () => ({
  statusCode: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify('JWT test backend lambda'),
}));
