import { describe, expect, it } from 'vitest';
import type { Recorded } from '../../../src/evaluate/recorded.ts';
import { recordedFromState } from '../../../src/evaluate/state-file.ts';
import { modelOf } from '../../../src/model/model.ts';
import { toJson, type Report } from '../../../src/report/data.ts';
import { FACT_NAMES, FACTS } from '../../../src/report/facts.ts';
import { reportOf } from '../../../src/report/report.ts';
import { toMarkdown } from '../../../src/report/sections.ts';
import { compare, type StackChange } from '../../../src/report/since.ts';
import { words } from '../../../src/report/since-words.ts';
import { contract } from '../../../../contract.ts';
import { programOf, recordProgram } from '../../../../tests/support/program.ts';
import { CHANGES, CLIENTS, type Change, type Plant } from '../../support/fact-changes.ts';
import { plainModel, plainRoutes } from '../../support/plain-model.ts';
import { services } from '../../support/since.ts';
import { stateOf } from '../../support/state.ts';

const same: Plant = (all) => all;
const record = (values: object, secretKeys: readonly string[] = []): Promise<Recorded> =>
  recordProgram(programOf(contract), { stack: 'prod', values: { 'api:clients': CLIENTS, ...values }, secretKeys });
const linesOf = (change: StackChange): string[] =>
  words([change], 'main')
    .trimEnd()
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('Stack `'));

const prod = await record({});

describe('What decides besides the cells', () => {
  const reportAfter = (...plants: readonly Plant[]): Report =>
    reportOf(modelOf(plants.reduce<object>((all, plant) => plant(all as Recorded), prod) as Recorded));

  it.each<Change>(CHANGES)('--since says in a sentence about %s: %s', (fact, says, plant, first = same) => {
    const change = compare(reportAfter(first), reportAfter(first, plant));
    expect(change.kind === 'changed' ? change.facts.map((one) => one.fact) : []).toContain(fact);
    expect(linesOf(change)).toContain(says);
  });

  it('Every fact that --since can say has an edit in the table of the tests', () => {
    const worded = FACT_NAMES.filter((fact) => FACTS[fact].says !== undefined);
    expect([...new Set(CHANGES.map(([fact]) => fact))].toSorted()).toEqual(worded.toSorted());
  });

  it('--since says dangerous changes first, in the order of the table, then those of callers, then the others', async () => {
    const values = { 'api:production': false, 'api:exceptions': undefined, 'api:logRetention': 3653 };
    const web = CLIENTS.filter(({ name }) => name === 'web');
    const client = { name: 'test-app', party: 'first', grants: ['client_credentials'], permissions: [] };
    const more = {
      'api:tokenLifetime': 7200,
      'api:clients': [client, ...web],
      'api:identitySource': '$request.header.Key',
    };
    const after = reportOf(modelOf(await record({ ...values, ...more })));
    expect(linesOf(compare(reportAfter(), after)).map((line) => line.replace(/, with the reason .*/, ''))).toEqual([
      'prod: 4 dangerous changes, client test-app loses 1 route, 5 other changes',
      '! production is off: none of its rules apply',
      '! each `Api`, `Client`, `ClientCredentials`, `ClientGrant`, `Connection`, `ResourceServer` is no longer protected from deletion',
      '! the API reads tokens from `$request.header.Key`, no longer `$request.header.Authorization`',
      '! tokens for `https://prod.test-api-for-jwt-authorizer.example.com` live 7200 s, no longer 3600 s',
      '`test-app` (client_credentials)',
      '- loses `GET /test` (lacks `read:user`)',
      '* production no longer has an exception for `alarms`',
      '* production no longer has an exception for `domain`',
      '* production no longer has an exception for `handlers`',
      '* CORS allows `header key`, no longer `header authorization`',
      '* events of `api`, `api-test` are kept `3653 days`, no longer `90 days`',
    ]);
  });

  it('--since says what a role lost although no route calls a function of its name', () => {
    const report = reportAfter();
    const named = (is: string) => [{ of: 'shop', is }];
    const before = {
      ...report,
      routes: report.routes.map((route) => ({ ...route, backend: { kind: 'function', name: 'shop' } as const })),
      facts: { ...report.facts, boundaries: named('bound'), retention: named('90 days'), layers: named('fonts') },
    };
    expect(linesOf(compare(before, report)).slice(1)).toEqual([
      '! the role `shop` is no longer bounded by `bound`',
      '* `GET /test` goes to the function `api-test`, no longer to the function `shop`',
      '* no route calls the function `shop` any more',
    ]);
  });

  it('A report has the names of variables and rights, and no secret, in the program and in its state', async () => {
    const statements = [{ actions: ['s3:GetObject'], resources: ['arn:aws:s3:::planted/*'] }];
    const environment = { TABLE: 'planted' };
    const key = 'api:handlers';
    const open = await record({ [key]: { test: { environment, statements } } });
    const secret = await record({ [key]: { test: { environment, statements } } }, [key]);
    for (const [recorded, rights] of [
      [open, 'Allow s3:GetObject on arn:aws:s3:::planted/*'],
      [secret, '(encrypted)'],
    ] as const) {
      const report = reportOf(modelOf(recorded));
      expect(report.facts).toMatchObject({ rights: [{ of: 'api-test', is: rights }] });
      const state = recordedFromState(JSON.stringify(stateOf(recorded)), 'state.json');
      expect(reportOf(modelOf(state)).facts).toEqual(report.facts);
      const texts = [toJson(report), toMarkdown(report, { command: 'npm run access', hasGuide: true })];
      expect(texts.filter((text) => text.includes('planted'))).toHaveLength(recorded === open ? 2 : 0);
    }
    expect(reportOf(modelOf(open)).facts.variables).toEqual([{ of: 'api-test', is: 'TABLE' }]);
  });
});

it('A table of many callers is split, and each part has the routes', () => {
  const names = Array.from({ length: 13 }, (_, index) => `client-${index + 10}`);
  const report = reportOf(plainModel(services(names), plainRoutes({ 'GET /': ['read'] })));
  const rows = toMarkdown(report, { command: 'npm run access', hasGuide: true }).match(/^\| `GET \/`.*$/gm) ?? [];
  expect(rows.map((row) => row.split(' | ').length)).toEqual([8, 8, 4]);
});
