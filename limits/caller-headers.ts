/** The headers in which a forwarded request says who calls, and the token's claim that each is taken from. */
export const CALLER_HEADERS = { 'x-caller-sub': 'sub', 'x-caller-azp': 'azp' } as const;
