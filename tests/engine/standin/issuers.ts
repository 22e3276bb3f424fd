// Every Node process of a sandbox loads this first, so that issuers' documents come from the tests' loopback server.
const { STANDIN_ISSUERS = '' } = process.env;
const { fetch: original } = globalThis;

globalThis.fetch = (input, init) => {
  const { host, pathname } = new URL(input instanceof Request ? input.url : input);
  return original(`${STANDIN_ISSUERS}/${host}${pathname}`, init);
};
