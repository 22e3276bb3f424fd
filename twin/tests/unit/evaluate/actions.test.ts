import { expect, it } from 'vitest';
import { actionsOf, type Action } from '../../../src/model/actions.ts';
import { lookupOf } from '../../../src/resources/lookup.ts';
import type { RecordedResource } from '../../../src/resources/resource.ts';
import { refusal } from '../../../../tests/support/program.ts';

const resource = (type: string, name: string, inputs: Readonly<Record<string, unknown>>): RecordedResource => ({
  type: `auth0:index/${type}`,
  name,
  id: name,
  inputs: inputs as RecordedResource['inputs'],
  secretInputs: [],
  outputs: {},
  protect: false,
  formerly: [],
});
const action = (name: string, change: Readonly<Record<string, unknown>> = {}): RecordedResource =>
  resource('action:Action', name, {
    name,
    code: `// ${name}`,
    supportedTriggers: { id: 'post-login', version: 'v3' },
    deploy: true,
    ...change,
  });
const bound = (actionId: string, trigger = 'post-login'): RecordedResource =>
  resource('triggerAction:TriggerAction', `${trigger} ${actionId}`, { trigger, actionId, displayName: actionId });
const list = (...ids: string[]): RecordedResource =>
  resource('triggerActions:TriggerActions', `list of ${ids.join()}`, {
    trigger: 'post-login',
    actions: ids.map((id) => ({ id, displayName: id })),
  });

const actionsIn = (...resources: RecordedResource[]): Action[] => actionsOf(lookupOf(resources));

it('The tenant has the Actions that a trigger is bound to, in the order of its list', () => {
  const names = actionsIn(action('a'), action('b'), action('unbound'), list('b', 'a')).map(({ name }) => name);
  expect(names).toEqual(['b', 'a']);
});

it('The Actions of a tenant have their code and secrets', () => {
  expect(actionsIn(action('a', { secrets: [{ name: 'key', value: 'value' }] }), bound('a'))).toEqual([
    { name: 'a', trigger: 'post-login', code: '// a', secrets: { key: 'value' } },
  ]);
});

it.each([
  { title: 'that is not deployed', resources: [action('a', { deploy: false }), bound('a')], says: 'deploy: true' },
  { title: 'that is bound and not declared', resources: [bound('a')], says: 'the Action a, which does not exist' },
  { title: 'of another trigger', resources: [action('a'), bound('a', 'credentials-exchange')], says: 'made for' },
  { title: 'bound in two lists', resources: [action('a'), list('a'), list('a')], says: 'several lists' },
  { title: 'bound in a list and alone', resources: [action('a'), list('a'), bound('a')], says: 'several lists' },
  {
    title: 'with npm packages',
    resources: [action('a', { dependencies: [{ name: 'axios', version: '1.0.0' }] })],
    says: 'the twin installs no npm packages for Actions',
  },
  {
    title: 'of a trigger that the twin does not have',
    resources: [action('a', { supportedTriggers: { id: 'pre-user-registration', version: 'v2' } })],
    says: 'the twin runs Actions only at post-login and credentials-exchange',
  },
  { title: 'with modules', resources: [action('a', { modules: [{}] })], says: 'input modules' },
])('The model rejects an Action $title', async ({ resources, says }) => {
  const { message } = await refusal(() => actionsIn(...resources));
  expect(message).toContain(says);
});
