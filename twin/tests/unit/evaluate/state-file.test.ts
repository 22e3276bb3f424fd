import { describe, expect, it } from 'vitest';
import { isUserError } from '../../../src/common/user-error.ts';
import { recordedFromState } from '../../../src/evaluate/state-file.ts';
import { modelOf } from '../../../src/model/model.ts';
import type { Report } from '../../../src/report/data.ts';
import { reportOf } from '../../../src/report/report.ts';
import { compare } from '../../../src/report/since.ts';
import { heading, whyText } from '../../../src/report/texts.ts';
import { recordStack } from '../../../../tests/support/program.ts';
import { changedState, fixtureText } from '../../support/fixture-states.ts';
import { inState, stateOf, stateSecret, type StateFile } from '../../support/state.ts';

const reportOn = (text: string, config?: Readonly<Record<string, string>>): Report =>
  reportOf(modelOf(recordedFromState(text, 'state.json', config)));

/** Route to the cells of its row, by caller. */
const cells = ({ callers, routes }: Report): unknown =>
  Object.fromEntries(
    routes.map((route) => [
      route.route,
      Object.fromEntries(
        route.cells.map((cell, index) => [heading(callers[index] ?? { kind: 'anyone' }), whyText(cell)]),
      ),
    ]),
  );

const messageOf = (text: string, config?: Readonly<Record<string, string>>): string => {
  try {
    reportOn(text, config);
  } catch (error) {
    if (isUserError(error)) return error.message;
    throw error;
  }
  throw new Error('the state was accepted');
};

const CLIENT = 'auth0:index/client:Client';
const ROUTE = 'aws:apigatewayv2/route:Route';
const FUNCTION = 'aws:lambda/function:Function';
const AUTH0 = 'pulumi:providers:auth0';

it('The report has the callers, routes and verdicts of a real state of the shipped program', () => {
  const report = reportOn(fixtureText('program'));
  expect(report.stack).toBe('dev');
  expect(cells(report)).toEqual({
    'GET /test': {
      '`test-app` (client_credentials)': '`read:user`',
      'role `reader`': '`read:user`',
      'user `test-user@example.com` through `test-app` (password)': '`read:user`',
      anyone: 'no token',
    },
  });
  expect(report.violations).toEqual([]);
});

it('The report reads the state of a Python program, with the defaults of its providers', () => {
  const report = reportOn(fixtureText('python'));
  expect(report.stack).toBe('live');
  expect(cells(report)).toEqual({
    'GET /health': { '`shop` (client_credentials)': 'public', 'role `clerk`': 'public', anyone: 'public' },
    'GET /orders': {
      '`shop` (client_credentials)': '`read:orders`',
      'role `clerk`': 'lacks `read:orders`',
      anyone: 'no token',
    },
    'DELETE /orders/{id}': {
      '`shop` (client_credentials)': 'lacks `write:orders`',
      'role `clerk`': '`write:orders`',
      anyone: 'no token',
    },
  });
  expect(report.violations.map(({ rule, resource }) => `${rule}: ${resource}`)).toContain(
    `routes are protected: ${ROUTE} "health"`,
  );
});

it.each(['dev', 'staging', 'prod'])(
  'The report of the state equals that of the program for stack %s if nothing differs',
  async (stack) => {
    const recorded = await recordStack(stack);
    expect(reportOn(JSON.stringify(stateOf(recorded)))).toEqual(reportOf(modelOf(recorded)));
  },
);

it('The report lacks what a client lost, and the comparison says so', async () => {
  const recorded = await recordStack('dev');
  const state = stateOf(recorded);
  const grant = inState(state, 'auth0:index/clientGrant:ClientGrant');
  grant.inputs = { ...grant.inputs, scopes: [] };
  const change = compare(reportOn(JSON.stringify(state)), reportOf(modelOf(recorded)));
  expect(change).toMatchObject({
    kind: 'changed',
    callers: [{ gains: [{ name: 'GET /test', after: { kind: 'scopes', scopes: ['read:user'] } }], loses: [] }],
    facts: [],
  });
});

it('The report has the issuer of the tenant’s custom domain, from the stack’s outputs or --config', () => {
  const state = changedState('program', (file) => {
    const stack = inState(file, 'pulumi:pulumi:Stack');
    stack['outputs'] = { ...(stack['outputs'] as object), issuer: 'https://login.example.com/' };
  });
  expect(reportOn(state).issuer).toBe('https://login.example.com/');
  expect(reportOn(state, { 'api:issuerDomain': 'id.example.com' }).issuer).toBe('https://id.example.com/');
});

it.each(['delete', 'pendingReplacement'])('The report leaves out a resource with the mark %s', (mark) => {
  const state = changedState('python', (file) => {
    const health = inState(file, ROUTE, 'health');
    const copy = { ...health, [mark]: true, inputs: { ...health.inputs, routeKey: 'GET /former' } };
    file.deployment.resources?.push(copy);
  });
  expect(reportOn(state)).toEqual(reportOn(fixtureText('python')));
});

it('The report follows an integration that names its function by the invoke ARN', () => {
  const state = changedState('python', (file) => {
    const { invokeArn } = inState(file, FUNCTION)['outputs'] as { readonly invokeArn: string };
    set('aws:apigatewayv2/integration:Integration', 'list-orders', 'integrationUri', invokeArn)(file);
  });
  expect(reportOn(state).routes).toEqual(reportOn(fixtureText('python')).routes);
});

it('The report accepts a connection that the program only looked up', () => {
  const state = changedState('python', (file) => {
    const client = inState(file, CLIENT);
    file.deployment.resources?.push({
      ...client,
      urn: client.urn.replace(CLIENT, 'auth0:index/connectionClient:ConnectionClient'),
      type: 'auth0:index/connectionClient:ConnectionClient',
      inputs: { connectionId: 'con_elsewhere', clientId: client['id'] },
    });
  });
  expect(cells(reportOn(state))).toEqual(cells(reportOn(fixtureText('python'))));
});

const set = (type: string, name: string, key: string, value: unknown) => (file: StateFile) => {
  const resource = inState(file, type, name);
  resource.inputs = { ...resource.inputs, [key]: value };
};

/** Adds the function once more, as a resource of another type. */
const functionAs = (type: string) => (file: StateFile) => {
  const declared = inState(file, FUNCTION);
  file.deployment.resources?.push({ ...declared, type, urn: declared.urn.replace(FUNCTION, type) });
};

const NO_STATE = (place: string): string =>
  `state.json is not the state of a stack in a version that the twin reads (${place}); write it with pulumi stack export`;

it.each<[string, string, string]>([
  ['that is not JSON', '{"version": 3, "secret', NO_STATE('JSON')],
  ['that is a list', '[]', NO_STATE('JSON')],
  ['without a deployment', '{"version":3}', NO_STATE('deployment')],
  ['without resources', '{"version":3,"deployment":{}}', 'state.json has no resources; nothing is deployed.'],
  ['of an unknown version', changedState('program', (file) => (file.version = 9)), NO_STATE('version')],
  [
    'with a resource without a URN',
    changedState('program', (file) => (inState(file, ROUTE).urn = 'no urn')),
    NO_STATE('deployment.resources.28.urn'),
  ],
  [
    'of an interrupted update',
    changedState('program', (file) => (file.deployment.pending_operations = [{ type: 'creating' }])),
    'state.json: an update was interrupted, so its outcome is unknown; run pulumi refresh and export again',
  ],
])('The report rejects a state %s', (_what, text, message) => {
  expect(messageOf(text)).toBe(message);
});

it.each<[string, (file: StateFile) => void, string]>([
  [
    'an encrypted scope of a route',
    set(ROUTE, 'cancel-order', 'authorizationScopes', [stateSecret({ ciphertext: 'x' })]),
    `${ROUTE} "cancel-order", input authorizationScopes.0: it is encrypted and may decide who gets in`,
  ],
  [
    'an unknown input',
    set(ROUTE, 'health', 'requestParameters', [{ requestParameterKey: 'route.request.header.a', required: true }]),
    `${ROUTE} "health", input requestParameters: the twin does not emulate this input`,
  ],
  [
    'a provider default that changes access',
    set(ROUTE, 'health', 'apiKeyRequired', true),
    `${ROUTE} "health", input apiKeyRequired`,
  ],
  ['a function URL', functionAs('aws:lambda/functionUrl:FunctionUrl'), 'a function URL bypasses the API'],
  [
    'a function URL of the provider aws-native',
    functionAs('aws-native:lambda:Url'),
    'aws-native:lambda:Url "list-orders": the twin emulates the types of the aws provider only',
  ],
  ['a resource that the program reads', (file) => (inState(file, CLIENT)['external'] = true), 'only reads it'],
  [
    'an encrypted domain',
    set(AUTH0, '', 'domain', stateSecret({ ciphertext: 'x' })),
    'domain is encrypted; add --config',
  ],
  ['no domain', set(AUTH0, '', 'domain', undefined), 'does not have the tenant’s domain; add --config auth0:domain='],
])('The report rejects a state with %s', (_what, change, message) => {
  expect(messageOf(changedState('python', change))).toContain(message);
});

it('--config can give the domain that the state lacks', () => {
  const state = changedState('python', set(AUTH0, '', 'domain', undefined));
  expect(reportOn(state, { 'auth0:domain': 'orders.eu.auth0.com' })).toEqual(reportOn(fixtureText('python')));
});

describe('Secrets in a state', () => {
  const PLANTED = 'planted-secret-0123456789';
  const inputs = (JSON.parse(fixtureText('python')) as StateFile).deployment.resources ?? [];
  const places = inputs.flatMap((resource, index) =>
    Object.keys(resource.inputs ?? {})
      .filter((key) => !key.startsWith('__'))
      .map((key) => [`${resource.urn.split('::').slice(2).join(' ')}, ${key}`, index, key] as const),
  );
  const unchanged = cells(reportOn(fixtureText('python')));

  it.each(places)('A secret in %s is neither reported nor in a message, encrypted or not', (_place, index, key) => {
    for (const content of [{ ciphertext: PLANTED }, { plaintext: JSON.stringify(PLANTED) }]) {
      const state = changedState('python', ({ deployment: { resources = [] } }) => {
        const resource = resources[index];
        if (resource) resource.inputs = { ...resource.inputs, [key]: stateSecret(content) };
      });
      let seen: string;
      try {
        const report = reportOn(state);
        // What is read as if it were not there decides nothing.
        expect(cells(report)).toEqual(unchanged);
        seen = JSON.stringify(report);
      } catch (error) {
        if (!isUserError(error)) throw error;
        seen = error.message;
      }
      expect(seen).not.toContain(PLANTED);
    }
  });
});
