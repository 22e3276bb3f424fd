import type { Forge, Part } from './forge.ts';

/** The response to a token: 200, 403, the bare 401 without a token, or a 401 with this description. */
export type TokenAnswer = 'good' | 'forbidden' | 'missing' | { readonly description: string };
type MakeToken = (forge: Forge) => string;

/** The name says what the gateway does with the token. */
export type TokenRow = readonly [name: string, token: MakeToken, answer: TokenAnswer];

const says = (description: string): TokenAnswer => ({ description });
export const SEGMENTS = says('token contains an invalid number of segments');
export const MALFORMED = says('the token is malformed');
export const KEY = says('the token has an unknown key id');
export const SIGNATURE = says('crypto/rsa: verification error');
export const ISSUER = says('issuer does not match');
export const AUDIENCE = says('the token does not have a valid audience');
export const EXPIRED = says('the token has expired');
export const TOO_EARLY = says('the token is not valid yet');
export const FROM_THE_FUTURE = says('the token was used before it was issued');
export const UNNAMED_METHOD = says('signing method is invalid');
export const method = (name: string): TokenAnswer => says(`signing method ${name} is invalid`);

type Change = Readonly<Record<string, unknown>>;

/** Returns a token with these header fields changed, and a good signature. */
export const header =
  (change: Change): MakeToken =>
  (forge) =>
    forge.token(change);
/** Returns a token with these claims changed, and a good signature. */
export const claims =
  (change: Change): MakeToken =>
  (forge) =>
    forge.token({}, change);
/** Returns a token with this header, and a good signature. */
export const wholeHeader =
  (part: Part): MakeToken =>
  (forge) =>
    forge.signed(part);
/** Returns a token with this payload, and a good signature. */
export const wholePayload =
  (part: Part): MakeToken =>
  (forge) =>
    forge.signed(undefined, part);

/** Returns the members of an object as JSON without its braces. */
export const members = (object: Change): string => JSON.stringify(object).slice(1, -1);
