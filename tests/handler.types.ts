import { defineContract } from '../program/contract/define-contract.ts';
import { defineHandler, type HandlerEvent } from '../program/contract/define-handler.ts';

// What the compiler knows of a handler's event: `npm run check` fails if a line below a mark compiles. Nothing of this runs.

const contract = defineContract({
  permissions: { 'read:user': 'Read' },
  handlers: { test: { file: 'handler/test.ts', memory: 128, timeout: 5 } },
  routes: { 'GET /test': { handler: 'test', scopes: ['read:user'] } },
  roles: {},
  claims: { 'https://api.example.com/email': 'user.email' },
});

export function claimsOf({ requestContext: { authorizer } }: HandlerEvent<typeof contract>): readonly unknown[] {
  // @ts-expect-error a public route has no authorizer
  const { jwt } = authorizer;
  const claims = authorizer?.jwt.claims;
  const email: string | undefined = claims?.['https://api.example.com/email'];
  // @ts-expect-error a claim may be absent
  const present: string = claims?.['https://api.example.com/email'];
  // @ts-expect-error the gateway passes numbers as text
  const expires: number | undefined = claims?.exp;
  // @ts-expect-error a claim is not declared
  const roles: unknown = claims?.['https://api.example.com/roles'];
  const reads = authorizer?.jwt.scopes?.includes('read:user');
  // @ts-expect-error a permission is not declared
  const writes = authorizer?.jwt.scopes?.includes('write:user');
  return [jwt, email, present, expires, roles, reads, writes];
}

// The shipped contract has no claims.
export const handler = defineHandler(async ({ requestContext, rawPath }) => {
  // @ts-expect-error the contract declares no claim
  const email: unknown = requestContext.authorizer?.jwt.claims['https://api.example.com/email'];
  return { statusCode: 200, body: `${rawPath} ${requestContext.http.method} ${String(email)}` };
});

export const wrongSource = defineContract({
  permissions: {},
  handlers: {},
  routes: {},
  roles: {},
  claims: {
    // @ts-expect-error a source is none of the list
    'https://api.example.com/phone': 'user.phone',
  },
});
