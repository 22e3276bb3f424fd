/** The headers that tell a forwarded request's backend the caller, and the token's claim for each. */
export const CALLER_HEADERS = { 'x-caller-sub': 'sub', 'x-caller-azp': 'azp' } as const;
