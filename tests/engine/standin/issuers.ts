import { loadLate } from '../../../twin/src/evaluate/late-modules.ts';

// Every Node process of a sandbox loads this first. Issuers' documents come from the tests' loopback server, and Pulumi's
// SDK loads in half the time.
const { STANDIN_ISSUERS = '', STANDIN_SDK } = process.env;
const { fetch: original } = globalThis;

globalThis.fetch = (input, init) => {
  const { host, pathname } = new URL(input instanceof Request ? input.url : input);
  return original(`${STANDIN_ISSUERS}/${host}${pathname}`, init);
};

if (STANDIN_SDK !== 'as it ships') loadLate();
