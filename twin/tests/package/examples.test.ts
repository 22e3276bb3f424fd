import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { startCommand } from './command.ts';
import { installExample, pack } from './install.ts';

const run = promisify(execFile);

/** Programs in `twin/examples`, and what a call by the first printed command answers. */
const EXAMPLES = [
  { name: 'flat', stack: 'dev', open: ['GET /health'], status: 200, answer: '"text":"Buy milk"' },
  { name: 'components', stack: 'test', open: [], status: 200, answer: '{"invoice":"x","bucket":"invoices-' },
] as const;

let tarball: string;
beforeAll(() => {
  tarball = pack();
});

describe.each(EXAMPLES)('The example "$name" with the packed twin', ({ name, stack, open, status, answer }) => {
  let folder: string;
  let printed: string;
  const command = (...args: readonly string[]) => run(join(folder, 'node_modules/.bin/twin'), args, { cwd: folder });

  beforeAll(async () => {
    folder = installExample(name, tarball);
    const flags = ['--stack', stack, '--port', '0', '--tenant-port', '0'];
    ({ printed } = await startCommand(folder, join(folder, 'node_modules/.bin/twin'), 'start', ...flags));
  });

  it('The printed command requests a token and calls the example', async () => {
    const [line = ''] = printed.split('\n').filter((text) => text.includes('curl') && text.includes('/oauth/token'));
    const { stdout } = await run('sh', ['-c', line]);
    expect(stdout).toContain(`HTTP/1.1 ${status} `);
    expect(stdout).toContain(answer);
  });

  it('The packed twin serves the page with its compiled script and style', async () => {
    const { tenantUrl } = JSON.parse(readFileSync(join(folder, `.twin/${stack}/run.json`), 'utf8')) as {
      readonly tenantUrl: string;
    };
    const page = await fetch(tenantUrl);
    expect(page.status).toBe(200);
    expect(await page.text()).toMatch(/<style>[^<]+<\/style>[\s\S]*<script type="module">[^<]/);
  });

  it('The report of the example lists the routes that need no token', async () => {
    await command('access');
    const { routes } = JSON.parse(readFileSync(join(folder, `access/${stack}.json`), 'utf8')) as Report;
    expect(routes.filter(({ needs }) => needs === 'public').map(({ route }) => route)).toEqual(open);
    // Fails if the example breaks a rule.
    await command('access', '--check');
  });

  it('The example passes its verification', async () => {
    const { stdout } = await command('verify', '--stack', stack, '--all-methods');
    expect(stdout).toMatch(/ cells tried: all agree\.\n/);
  });
});

it.each(['18.20.8', '20.19.0', '22.17.1'])('The packed command ends with one sentence on Node %s', async (version) => {
  const folder = installExample('flat', tarball);
  const older = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });`;
  const command = [
    `--import=data:text/javascript,${encodeURIComponent(older)}`,
    join(folder, 'node_modules/.bin/twin'),
  ];
  const { code, stderr } = await run(process.execPath, [...command, 'access'], { cwd: folder }).then(
    () => expect.fail('it did not end with an error'),
    (error: unknown) => error as { readonly code: number; readonly stderr: string },
  );
  expect({ code, stderr }).toEqual({ code: 1, stderr: `twin needs Node 22.18 or newer; this is Node ${version}.\n` });
});

interface Report {
  readonly routes: readonly { readonly route: string; readonly needs: unknown }[];
}
