import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { contract as shipped } from '../contract.ts';
import { actionCode } from '../program/auth0/claims.ts';
import { checkContract, type Contract } from '../program/contract/define-contract.ts';
import { onlyOf, recordStack, recordWith, refusal, resourcesOf, root } from './support/program.ts';

const EMAIL = 'https://api.example.com/email';
const ROLES = 'https://api.example.com/roles';
const CLAIMS = { [EMAIL]: 'user.email', [ROLES]: 'user.roles' } as const;
const AUDIENCE = 'https://test-api-for-jwt-authorizer.example.com';
const contract: Contract = { ...shipped, claims: CLAIMS };
const STACK = { audience: AUDIENCE, stack: 'dev' };

/** The claims that generated code sets, run as Auth0 runs an Action. */
async function claimsOf(code: string, event: object): Promise<Record<string, unknown>> {
  const exports: { onExecutePostLogin?: (event: object, api: object) => Promise<void> } = {};
  runInNewContext(code, { exports });
  const set: Record<string, unknown> = {};
  const setCustomClaim = (name: string, value: unknown): void => void (set[name] = value);
  await exports.onExecutePostLogin?.(event, { accessToken: { setCustomClaim } });
  return JSON.parse(JSON.stringify(set)) as Record<string, unknown>;
}

const event = (values: object = {}): object => ({
  resource_server: { identifier: AUDIENCE },
  user: { email: 'reader@example.com' },
  authorization: { roles: ['reader (dev)'] },
  ...values,
});

describe('The claims of a contract', () => {
  it('The claims are one Action after each login, bound alone so that the tenant’s other Actions stay bound', async () => {
    const recorded = await recordWith({ contract });
    const action = onlyOf(recorded, 'Action');
    expect(action.inputs).toEqual({
      name: 'auth0-http-api claims (dev)',
      code: actionCode(contract, STACK),
      runtime: 'node22',
      supportedTriggers: { id: 'post-login', version: 'v3' },
      deploy: true,
    });
    expect(onlyOf(recorded, 'TriggerAction').inputs).toEqual({
      trigger: 'post-login',
      actionId: action.id,
      displayName: 'auth0-http-api claims (dev)',
    });
    expect(recorded.outputs['claims']).toEqual(CLAIMS);
  });

  it('A contract without claims has no Action and no Action output', async () => {
    for (const recorded of [await recordStack('dev'), await recordWith({ contract: { ...shipped, claims: {} } })]) {
      expect([...resourcesOf(recorded, 'Action'), ...resourcesOf(recorded, 'TriggerAction')]).toEqual([]);
    }
    expect((await recordStack('dev')).outputs).not.toHaveProperty('claims');
  });

  it('The code of the Action is readable, and the same every time', () => {
    expect(actionCode(contract, STACK))
      .toBe(`// Generated from the claims of contract.ts by "pulumi up", which overwrites any change.
const audience = "https://test-api-for-jwt-authorizer.example.com";
// The names of the roles at Auth0, and in contract.ts.
const roles = new Map([["reader (dev)","reader"]]);

exports.onExecutePostLogin = async (event, api) => {
  if (event.resource_server?.identifier !== audience) return;
  const claims = {
    "https://api.example.com/email": event.user.email,
    "https://api.example.com/roles": (event.authorization?.roles ?? []).flatMap((name) => roles.get(name) ?? []),
  };
  for (const [name, value] of Object.entries(claims)) {
    if (value !== undefined) api.accessToken.setCustomClaim(name, value);
  }
};
`);
  });

  it('The Action sets the user’s e-mail address and roles under the claim names of the contract', async () => {
    const code = actionCode(contract, STACK);
    expect(await claimsOf(code, event())).toEqual({ [EMAIL]: 'reader@example.com', [ROLES]: ['reader'] });
  });

  it.each([
    { title: 'a user without an address', values: { user: {} }, set: { [ROLES]: ['reader'] } },
    {
      title: 'a login without roles',
      values: { authorization: undefined },
      set: { [EMAIL]: 'reader@example.com', [ROLES]: [] },
    },
    {
      title: 'roles of other stacks and programs',
      values: { authorization: { roles: ['reader (prod)', 'constructor', 'reader'] } },
      set: { [EMAIL]: 'reader@example.com', [ROLES]: [] },
    },
    { title: 'a token of another API', values: { resource_server: { identifier: 'https://other.example' } }, set: {} },
    { title: 'a token of no API', values: { resource_server: undefined }, set: {} },
  ])('The Action sets only the claims that apply for $title', async ({ values, set }) => {
    expect(await claimsOf(actionCode(contract, STACK), event(values))).toEqual(set);
  });

  it('The Action sets the claims in tokens of a second audience, but not of a third', async () => {
    const code = actionCode(contract, { ...STACK, secondAudience: 'https://new.example' });
    const setFor = (identifier: string) => claimsOf(code, event({ resource_server: { identifier } }));
    expect(await setFor(AUDIENCE)).toEqual({ [EMAIL]: 'reader@example.com', [ROLES]: ['reader'] });
    expect(await setFor('https://new.example')).toEqual(await setFor(AUDIENCE));
    expect(await setFor('https://third.example')).toEqual({});
  });

  it('A claim name stays data in the code of the Action, whatever characters it has', async () => {
    const claims = { "https://a.example/'${x}`</script>": 'user.email' } as const;
    const roles = { '"); throw 1; ("': [] };
    const code = actionCode({ claims, roles }, { audience: AUDIENCE, stack: 'dev' });
    expect(await claimsOf(code, event())).toEqual({ "https://a.example/'${x}`</script>": 'reader@example.com' });
  });

  const INVALID = `sub scope scp permissions roles x5t#S256 urn:auth0:email https://api.example.com
https://auth0.com/email https://login.AUTH0.com/email https://acme.webtask.run/email`;
  it.each([...INVALID.split(/\s/), 'my claim', ''])(
    'The contract is rejected if it has a claim named "%s"',
    async (name) => {
      const { problems } = await refusal(() => checkContract({ ...shipped, claims: { [name]: 'user.email' } }, root));
      expect(problems.map((found) => [found.code, found.place])).toEqual([
        ['invalid', `contract.ts, claims, ${/^[\w-]+$/.test(name) ? name : JSON.stringify(name)}`],
      ]);
    },
  );

  it.each([
    'email',
    'employee_id',
    EMAIL,
    'http://api.example.com/email',
    'urn:example:email',
    'https://notauth0.com/x',
  ])('The contract accepts a claim named %s', (name) => {
    expect(() => checkContract({ ...shipped, claims: { [name]: 'user.email' } }, root)).not.toThrow();
  });

  it('The contract is rejected if a claim has an unknown source', async () => {
    const claims = { [EMAIL]: 'user.phone' } as never;
    const { problems } = await refusal(() => checkContract({ ...shipped, claims }, root));
    expect(problems.map(({ code, place }) => [code, place])).toEqual([['invalid', `contract.ts, claims, "${EMAIL}"`]]);
  });
});
