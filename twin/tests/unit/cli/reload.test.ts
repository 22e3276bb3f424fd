import { expect, it } from 'vitest';
import { reloader } from '../../../src/cli/start.ts';
import { UserError } from '../../../src/common/user-error.ts';
import { NO_LOGIN } from '../../../src/model/tenant.ts';
import { plainModel } from '../../support/plain-model.ts';
import { plainClient } from '../../support/plain-tenant.ts';

it('Each message of a reload is one text, and two reloads that are requested at once print one after the other', async () => {
  const model = plainModel();
  const [route] = model.api.routes;
  if (route === undefined) throw new Error('the plain model has a route');
  const wider = { ...model, api: { ...model.api, routes: [...model.api.routes, { ...route, routeKey: 'GET /more' }] } };
  const login = { ...NO_LOGIN, callbacks: ['http://localhost:5173'] };
  const web = plainClient({ name: 'web', clientId: 'web', grantTypes: ['authorization_code'], login });
  let serving = model;
  const steps = [
    () => Promise.reject(new UserError('contract.ts has 1 error')),
    () => Promise.resolve('same' as const),
    () => {
      const tenant = { ...model.tenant, clients: [...model.tenant.clients, web] };
      serving = { ...wider, apis: [wider.api], tenant, environments: ['team/dev'] };
      return Promise.resolve('changed' as const);
    },
    () => Promise.resolve('same' as const),
  ].values();
  const printed: string[] = [];
  const print = (text: string): void => void printed.push(text);
  const reload = reloader(
    () => ({
      model: () => serving,
      reload: async () => steps.next().value?.() ?? 'same',
    }),
    print,
    print,
  );
  await Promise.all([reload(), reload(), reload(), reload()]);
  expect(printed).toEqual([
    'contract.ts has 1 error\nReload failed. Still serving the last working version.',
    'Nothing has changed since the last working version.',
    expect.stringMatching(
      /^Reloaded in \d\.\d s: \+ GET \/more, \+ client web\nNote: the values of the Pulumi environment team\/dev [^\n]*$/,
    ),
  ]);
});
