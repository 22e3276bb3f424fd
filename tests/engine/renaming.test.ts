import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { gitIn } from '../support/git.ts';
import { CLIENT, CONTRACT, HANDLER, selectOwnStack, setConfig, writeContract } from './support/contracts.ts';
import { Sandbox } from './support/sandbox.ts';

const run = promisify(execFile);
const sandbox = new Sandbox();

const git = gitIn(sandbox.project.path);

beforeAll(async () => {
  await selectOwnStack(sandbox);
  git('init', '-q');
  await commitReport();
  await sandbox.up();
});

interface Renaming {
  /** The lines of `npm run access -- --since` about what is gone, new or renamed, before the update. */
  readonly reported: readonly string[];
  /** What the update changed in the services. */
  readonly changes: readonly string[];
}

/** Calls the one handler and the one client something else. */
async function rename(name: string, formerly?: string): Promise<Renaming> {
  const former = formerly === undefined ? {} : { formerly };
  const routes = Object.entries(CONTRACT.routes).map(([key, route]) => [key, { ...route, handler: name }]);
  writeContract(sandbox, {
    ...CONTRACT,
    handlers: { [name]: { ...HANDLER, ...former } },
    routes: Object.fromEntries(routes) as typeof CONTRACT.routes,
  });
  setConfig(sandbox, { 'api:clients': [{ ...CLIENT, name, ...former }] });
  const report = await access('--since', 'HEAD');
  const changes = await sandbox.changesBy(() => sandbox.up());
  await commitReport();
  return {
    reported: report.split('\n').filter((line) => / {2}\* | is (gone|new)/.test(line)),
    changes,
  };
}

/** `npm run access`, for the one stack that is of the tests' own. */
async function access(...options: string[]): Promise<string> {
  const { path } = sandbox.project;
  const { stdout } = await run(join(path, 'node_modules/.bin/twin'), ['access', '--stack', 'dev', ...options], {
    cwd: path,
  });
  return stdout;
}

async function commitReport(): Promise<void> {
  await access();
  git('add', 'access');
  git('commit', '-q', '-m', 'The report');
}

describe('A renamed handler and client', () => {
  it('A handler and client renamed with formerly keep their resources, as the access report says', async () => {
    const existing = [...sandbox.services.resources.keys()].toSorted();
    expect(await rename('renamed', 'test')).toEqual({
      reported: [
        '  * the client `test` is called `renamed` now, and keeps its id and its secret',
        '  * the function `api-test` is called `api-renamed` now, and keeps its log',
      ],
      changes: ['updated Client'],
    });
    expect([...sandbox.services.resources.keys()].toSorted()).toEqual(existing);
  });

  it('A renamed handler and client keep their resources when formerly is removed', async () => {
    expect(await rename('renamed')).toEqual({ reported: [], changes: [] });
  });

  it('A handler and client renamed without formerly are replaced, with log and secret, as the access report says', async () => {
    const { reported, changes } = await rename('other');
    expect(reported).toEqual(
      expect.arrayContaining([
        '  `renamed` (client_credentials) is gone',
        '  `other` (client_credentials) is new',
        '  * `GET /test` goes to the function `api-other`, no longer to the function `api-renamed`',
        '  * the function `api-renamed` is gone, and its log with it',
      ]),
    );
    expect(reported.join('\n')).not.toContain('keeps');
    const replaced = [
      'Client',
      'ClientCredentials',
      'ClientGrant',
      'Function',
      'Integration',
      'LogGroup',
      'Permission',
      'Role',
      'RolePolicy',
    ];
    for (const kind of replaced)
      expect(changes).toEqual(expect.arrayContaining([`created ${kind}`, `deleted ${kind}`]));
  });
});
