import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { copyProject, ROOT, type ProjectCopy } from './support/project.ts';
import { requestToken, call, startTestTwin } from './support/twin.ts';

const README = readFileSync(new URL('README.md', ROOT), 'utf8');
const SCRIPTS = (JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as { scripts: Record<string, string> })
  .scripts;

/** A project that installs the tools as a package does not have their tests. */
const HAS_TOOLS = existsSync(new URL('twin/tests/', ROOT));

/** The pages that people read. */
const DOCUMENTS = ['README.md', 'CONTRIBUTING.md', 'twin/README.md']
  .concat(readdirSync(new URL('docs/', ROOT)).flatMap((name) => (name.endsWith('.md') ? `docs/${name}` : [])))
  .filter((name) => existsSync(new URL(name, ROOT)));

describe('README.md', () => {
  it('The README names only npm scripts that exist', () => {
    const named = [...README.matchAll(/npm (?:run (?:-s )?([\w:-]+)|(start|test))/g)].map(
      ([, run, short]) => run ?? short,
    );
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => name === undefined || SCRIPTS[name] === undefined)).toEqual([]);
  });

  it('The README shows the two pictures of the page', () => {
    expect(README).toContain('](docs/page-light.png)');
    expect(README).toContain('](docs/page-dark.png)');
  });

  it.each(DOCUMENTS)('%s has no broken link', (name) => {
    const url = new URL(name, ROOT);
    const targets = [...readFileSync(url, 'utf8').matchAll(/\]\((?!https?:)([^)#]+)/g)].map(
      ([, target = '']) => target,
    );
    const expected = targets.filter((target) => HAS_TOOLS || !/(^|\/)twin\//.test(target));
    expect(expected.filter((target) => !existsSync(new URL(target, url)))).toEqual([]);
  });

  it.runIf(HAS_TOOLS)('The table of docs/architecture.md names only files that exist', () => {
    const [, table = ''] = readFileSync(new URL('docs/architecture.md', ROOT), 'utf8').split('## Where things are');
    const files = table.split('\n').flatMap((row) => {
      let folder = '';
      return [...(row.split('|')[2] ?? '').matchAll(/`([\w./-]+(?:\.\w+|\/))`/g)].map(([, name = '']) => {
        if (!name.includes('/')) return folder + name;
        folder = name.slice(0, name.lastIndexOf('/') + 1);
        return name;
      });
    });
    expect(files.length).toBeGreaterThan(100);
    expect(files.filter((file) => !existsSync(new URL(file, ROOT)))).toEqual([]);
  });

  it.runIf(HAS_TOOLS).each(['service', 'user', 'login'])(
    'The README tells the scenario of a %s word for word as its tests do',
    (name) => {
      const file = `twin/tests/scenario/${name}.test.ts`;
      expect(README).toContain(`[${name}](${file})`);
      const titles = [...readFileSync(new URL(file, ROOT), 'utf8').matchAll(/\b(?:it|describe)\('(.+)',/g)].map(
        ([, title = '']) => `${title}.`,
      );
      expect(titles.length).toBeGreaterThan(3);
      expect(README.replaceAll(/[`*]/g, '').replaceAll(/\s+/g, ' ')).toContain(titles.join(' '));
    },
  );

  it('The README has its two commands; login-guide.test.ts runs the first, and CI the second', () => {
    expect(README).toContain('npm ci && npm start\n');
    expect(README).toContain('npm ci && npm test\n');
    const ci = readFileSync(new URL('.ci/run', ROOT), 'utf8');
    expect(ci).toMatch(/^npm ci$/m);
    expect(ci).toMatch(/^npm test /m);
  });

  it('The README says how to add a permission, handler, route, role, client and user, and no other edit is needed', async () => {
    const twin = await startTestTwin({ change: makeItYourOwn });
    try {
      const { body } = await requestToken(twin, { grant_type: 'client_credentials' }, 'shop');
      const token = String(body['access_token']);
      expect(await call(twin, token, '/orders/7')).toMatchObject({ status: 200, text: '{"order":"7"}' });
      expect(await call(twin, token, '/test')).toMatchObject({ status: 403 });
      expect(twin.model().tenant.users.map(({ email }) => email)).toContain('clerk@example.com');
    } finally {
      await twin.end();
    }
  });
});

describe('In a project with its own contract and stack file', async () => {
  const project = copyProject();
  makeItYourOwn(project);
  // Moves every line of the contract.
  project.write('contract.ts', `\n${project.read('contract.ts')}`);
  cpSync(new URL('tests', ROOT), new URL('tests', project.root), { recursive: true });
  // As Vitest's configuration does there.
  for (const file of ['support/own-contract.ts', 'contract.test.ts']) {
    await import(new URL(`tests/${file}`, project.root).href);
  }
});

/** Does what the table of the README says, with the very texts that it gives. */
function makeItYourOwn(project: ProjectCopy): void {
  const snippet = (what: string): string => {
    const row = README.split('\n').find((line) => line.startsWith(`| ${what} `));
    const [, text] = /`[a-z:]+`: `([^`]+)`/.exec(row ?? '') ?? [];
    if (text === undefined) throw new Error(`the README does not say how to add ${what}`);
    return text;
  };
  for (const [section, what] of [
    ['permissions', 'a permission'],
    ['handlers', 'a handler'],
    ['routes', 'a route'],
    ['roles', 'a role'],
  ] as const) {
    project.edit('contract.ts', `  ${section}: {`, `  ${section}: {\n    ${snippet(what)},`);
  }
  const users = `  api:users:\n    ${snippet('a user')}\n    - {`;
  project.edit('Pulumi.dev.yaml', '  api:testUser: {', `    ${snippet('a client')}\n${users}`);
  project.write(
    'handler/orders.ts',
    'export const handler = async (event: { pathParameters: { id: string } }) => ({ order: event.pathParameters.id });\n',
  );
}
