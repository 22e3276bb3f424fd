import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { toJson } from '../../../src/report/data.ts';
import { reportOf } from '../../../src/report/report.ts';
import { toMarkdown } from '../../../src/report/sections.ts';
import { reportsAt } from '../../../src/report/revision.ts';
import { compare, gone } from '../../../src/report/since.ts';
import { markdown, words } from '../../../src/report/since-words.ts';
import type { Integration, LambdaFunction } from '../../../src/model/integrations.ts';
import type { Model } from '../../../src/model/model.ts';
import { folderWith } from '../../../../tests/support/folder.ts';
import { gitIn } from '../../../../tests/support/git.ts';
import { LAMBDA } from '../../support/local-api.ts';
import { AUDIENCE } from '../../support/plain-tenant.ts';
import { plainAuthorizer, plainModel, plainRoutes } from '../../support/plain-model.ts';
import { refusal } from '../../../../tests/support/program.ts';
import { granted, READ, changesBetween, service, services } from '../../support/since.ts';

const routes = (all: Parameters<typeof plainRoutes>[0], authorizer = plainAuthorizer()) =>
  plainModel(services(['shop']), plainRoutes(all, authorizer));

const lambda = (logicalName: string): LambdaFunction => ({ ...LAMBDA, logicalName });
/** A route to this function. */
const routedTo = (handler: LambdaFunction, tenant = services(['shop'])): Model => {
  const integration: Integration = {
    kind: 'function',
    function: handler,
    payload: '2.0',
    timeout: 30_000,
    mayInvoke: true,
  };
  return plainModel(
    tenant,
    READ.map((route) => ({ ...route, integration })),
  );
};

it.each<[string, Model, Model, string[]]>([
  ['only that nothing has changed', plainModel(), plainModel(), []],
  [
    'that a caller gains a route by a permission',
    plainModel(services(['shop'], []), READ),
    plainModel(services(['shop']), READ),
    ['  `shop` (client_credentials)', '    + gains `GET /` (`read`)'],
  ],
  [
    'that a caller loses a route, and what it lacks',
    plainModel(services(['shop', 'till']), READ),
    plainModel({ ...services(['shop', 'till']), grants: [granted(['read'], 'shop'), granted([], 'till')] }, READ),
    ['  `till` (client_credentials)', '    - loses `GET /` (lacks `read`)'],
  ],
  [
    'that a route is renamed if only a parameter has a new name',
    routes({ 'GET /orders/{id}': ['read'], 'GET /orders/{id}/items': ['read'] }),
    routes({ 'GET /orders/{orderId}': ['read'], 'GET /orders/{orderId}/items': ['read'] }),
    [
      '  * the route `GET /orders/{id}` is renamed to `GET /orders/{orderId}` and matches the same requests',
      '  * the route `GET /orders/{id}/items` is renamed to `GET /orders/{orderId}/items` and matches the same requests',
    ],
  ],
  [
    'that a renamed route needs another scope',
    routes({ 'GET /orders/{id}': ['read'] }),
    routes({ 'GET /orders/{orderId}': ['write'] }),
    [
      '  `shop` (client_credentials)',
      '    - loses `GET /orders/{orderId}` (lacks `write`)',
      '  * `GET /orders/{orderId}` needs `write`, no longer `read`',
      '  * the route `GET /orders/{id}` is renamed to `GET /orders/{orderId}` and matches the same requests',
      '  * no caller can call `GET /orders/{orderId}`',
    ],
  ],
  [
    'that a caller gains a permission that no route requires',
    plainModel(services(['shop']), READ),
    plainModel(services(['shop'], ['read', 'write']), READ),
    ['  `shop` (client_credentials)', '    + gains the permission `write`'],
  ],
  [
    'that a caller is new and one is gone, since a new name is another caller',
    plainModel(services(['shop', 'till']), READ),
    plainModel(services(['shop', 'store']), READ),
    [
      '  `store` (client_credentials) is new',
      '    + gains `GET /` (`read`)',
      '  `till` (client_credentials) is gone',
      '    - loses `GET /`',
    ],
  ],
  [
    'that a caller is new and can call nothing',
    plainModel(services(['shop']), READ),
    plainModel({ ...services(['shop']), clients: [service('shop'), service('till')] }, READ),
    ['  `till` (client_credentials) is new and can call nothing beyond public routes'],
  ],
  [
    'that a route is new and one is gone, since a new path is another route',
    routes({ 'GET /old': ['read'] }),
    routes({ 'GET /new': ['read'] }),
    [
      '  `shop` (client_credentials)',
      '    + gains `GET /new` (`read`)',
      '    - loses `GET /old` (the route is gone)',
      '  * `GET /new` is new and needs `read`',
    ],
  ],
  [
    'that a route requires another permission',
    routes({ 'GET /': ['read'], 'GET /both': ['read', 'write'] }),
    routes({ 'GET /': ['write'], 'GET /both': ['read', 'write'] }),
    [
      '  `shop` (client_credentials)',
      '    - loses `GET /` (lacks `write`)',
      '  * `GET /` needs `write`, no longer `read`',
      '  * no caller can call `GET /`',
    ],
  ],
  [
    'that a route is public now, once for all callers who gain it',
    plainModel({ ...services(['shop', 'till']), grants: [granted(['read'], 'shop')] }, READ),
    plainModel(
      { ...services(['shop', 'till']), grants: [granted(['read'], 'shop')] },
      plainRoutes({ 'GET /': 'public' }),
    ),
    [
      '  ! `GET /` is public: anyone may call it without a token',
      `  * the API no longer accepts tokens with audience \`${AUDIENCE}\` of issuer \`https://tenant.eu.auth0.com/\``,
    ],
  ],
  [
    'that a route is no longer public, to each caller who loses it',
    routes({ 'GET /': 'public', 'GET /b': ['read'] }),
    routes({ 'GET /': ['write'], 'GET /b': ['read'] }),
    [
      '  `shop` (client_credentials)',
      '    - loses `GET /` (lacks `write`)',
      '  * `GET /` is no longer public: it needs `write`',
      '  * no caller can call `GET /`',
    ],
  ],
  [
    'that a client and a function are renamed and keep their resources',
    routedTo(lambda('test'), services(['till'])),
    routedTo(
      { ...lambda('users'), formerly: ['test'] },
      {
        ...services(['store']),
        clients: [{ ...service('store'), formerly: ['till'] }],
      },
    ),
    [
      '  * the client `till` is now called `store` and keeps its id and secret',
      '  * the function `test` is now called `users` and keeps its log',
    ],
  ],
  [
    'nothing about an earlier rename or its removed former name',
    routedTo({ ...lambda('users'), formerly: ['test'] }),
    routedTo(lambda('users')),
    [],
  ],
  [
    'that a function has no route, since a new name is another function',
    routedTo(lambda('test')),
    routedTo(lambda('users')),
    [
      '  * `GET /` goes to the function `users`, no longer to the function `test`',
      '  * no route calls the function `test` any more',
    ],
  ],
])('npm run access -- --since says %s', (_fact, before, after, lines) => {
  expect(changesBetween(before, after)).toEqual(lines);
});

it('--since names the stacks that change alike once, and shows an unchanged stack only in the headline', () => {
  const [read, write] = [routes({ 'GET /': ['read'] }), routes({ 'GET /': ['write'] })].map((one) => reportOf(one));
  const change = (stack: string, after = write) => ({ ...compare(read!, after!), stack });
  expect(words([change('dev'), change('qa', read), change('test')], 'main')).toBe(
    `dev, test: client shop loses 1 route, 2 other changes

Stacks \`dev\`, \`test\`, since \`main\`
  \`shop\` (client_credentials)
    - loses \`GET /\` (lacks \`write\`)
  * \`GET /\` needs \`write\`, no longer \`read\`
  * no caller can call \`GET /\`
`,
  );
  expect(words([change('dev', read), change('qa', read)], 'main')).toBe('dev, qa: nothing changes\n');
});

it.each([
  ['new', 'the stack is new', 'new since `main`: all that callers may call'],
  [
    'unreadable',
    'cannot be compared',
    'without access/<stack>.json of this version at `main`: all that callers may call',
  ],
] as const)('--since lists all that the callers can call if the old report is %s', (missing, summary, reason) => {
  const change = compare(missing, reportOf(routes({ 'GET /': ['read'] })));
  const end = missing === 'new' ? '; nothing else changes' : '';
  expect(words([change, gone('test')], 'main')).toBe(`dev: ${summary}; test: the stack is gone${end}

Stack \`dev\`, ${reason}
  \`shop\` (client_credentials) is new
    + gains \`GET /\` (\`read\`)

Stack \`test\`, gone since \`main\`
`);
});

it('--since writes the same in Markdown, for a pull request', () => {
  const change = compare(
    reportOf(routes({ 'GET /': ['read'], 'GET /b': ['read'] })),
    reportOf(routes({ 'GET /': ['write'], 'GET /c': ['read'], 'GET /d': ['read'] })),
  );
  expect(markdown([change, gone('test')], 'main'))
    .toBe(`dev: client shop gains 2 routes and loses 2 routes, 4 other changes; test: the stack is gone

### Stack \`dev\`, since \`main\`

| Caller | Gains | Loses |
| --- | --- | --- |
| \`shop\` (client_credentials) | \`GET /c\` (\`read\`)<br>\`GET /d\` (\`read\`) | \`GET /\` (lacks \`write\`)<br>\`GET /b\` (the route is gone) |

- \`GET /\` needs \`write\`, no longer \`read\`
- \`GET /c\` is new and needs \`read\`
- \`GET /d\` is new and needs \`read\`
- no caller can call \`GET /\`

### Stack \`test\`, gone since \`main\`
`);
});

describe('Reports of another revision', () => {
  const REPORT = toJson(reportOf(plainModel()));
  const root = new URL('project/', folderWith({}, 'the whole file'));
  let git: ReturnType<typeof gitIn>;
  beforeAll(() => {
    const access = fileURLToPath(new URL('access/', root));
    mkdirSync(access, { recursive: true });
    for (const [name, text] of Object.entries({
      'dev.md': toMarkdown(reportOf(plainModel()), { command: 'npm run access', hasGuide: true }),
      'dev.json': REPORT,
      'prod.md': '# Access of stack `prod`\n',
      'qa.json': REPORT,
      'two words.json': REPORT,
      'cells.ts': 'throw new Error("run")',
    })) {
      writeFileSync(`${access}${name}`, text);
    }
    git = gitIn(fileURLToPath(new URL('../', root)));
    git('init', '-q', '-b', 'main');
    git('add', '.');
    git('commit', '-q', '-m', 'first');
    writeFileSync(`${access}dev.json`, 'changed since\n');
  });

  it.each(['main', 'HEAD', 'main@{0}', 'HEAD@{1 second ago}'])(
    'The reports of %s are read, also in a project inside a repository',
    async (revision) => {
      expect(await reportsAt(root, revision)).toEqual(
        new Map<string, unknown>([
          ['dev', reportOf(plainModel())],
          ['prod', 'unreadable'],
          ['qa', 'unreadable'],
        ]),
      );
    },
  );

  it('A revision without reports has none', async () => {
    git('commit', '-q', '--allow-empty', '-m', 'orphan');
    const empty = git('commit-tree', '-m', 'empty', git('hash-object', '-t', 'tree', '-w', '/dev/null').trim()).trim();
    expect(await reportsAt(root, empty)).toEqual(new Map());
  });

  it.each([
    '--output=pwned',
    '-x',
    '',
    'main\n',
    'main\0',
    'main --output=pwned',
    'main; touch pwned',
    '$(touch pwned)',
    'main..HEAD',
    'main:access/dev.md',
    'mian',
    'x'.repeat(5000),
  ])('A revision %j is rejected in one line', async (revision) => {
    const error = await refusal(() => reportsAt(root, revision));
    expect(error.message).toMatch(/^--since ".*": .+$/);
    expect(error.message.length).toBeLessThan(400);
    expect(readdirSync(fileURLToPath(root))).toEqual(['access']);
  });

  it('--since is rejected outside a git repository', async () => {
    const error = await refusal(() => reportsAt(folderWith({}), 'main'));
    expect(error.message).toMatch(/^--since "main": fatal: not a git repository/);
  });
});
