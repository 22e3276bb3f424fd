import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { transformSync } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { afterFile } from './support/cleanup.ts';
import { runEntry } from './support/entry.ts';
import { folderWith } from './support/folder.ts';
import { freePort } from './support/free-port.ts';
import { copyProject, ROOT, type ProjectCopy } from './support/project.ts';

const GUIDE = readFileSync(new URL('docs/login.md', ROOT), 'utf8');
/** The code blocks of a language, without the indentation that a list gives them. */
const blocks = (language: string): string[] =>
  [...GUIDE.matchAll(new RegExp(`^( *)\`\`\`${language}\\n([^]*?)^ *\`\`\``, 'gm'))].map(([, indent = '', text = '']) =>
    text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  );
const COMMANDS = blocks('sh').flatMap((block) => block.trim().split('\n'));

/** Runs a command until the tests of the file have ended. Returns what it printed up to a text. */
function runUntil(command: string, cwd: string, end: string): Promise<string> {
  const child = spawn(command, { cwd, shell: true, detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  afterFile(() => process.kill(-(child.pid ?? 0), 'SIGTERM'));
  let text = '';
  return new Promise((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      if (text.includes(end)) resolve(text);
    });
    child.once('exit', () => reject(new Error(`${command} ended: ${text}`)));
  });
}

describe('docs/login.md', () => {
  let project: ProjectCopy;
  let screen: string;
  let port: number;
  beforeAll(async () => {
    port = await freePort();
    project = copyProject();
    cpSync(fileURLToPath(new URL('examples', ROOT)), join(project.path, 'examples'), { recursive: true });
    const [, client = ''] = (blocks('yaml')[0] ?? '').replaceAll('5173', String(port)).split('  api:clients:\n');
    project.edit('Pulumi.dev.yaml', '  api:testUser', `${client.trimEnd()}\n  api:testUser`);
    const [start = ''] = COMMANDS;
    screen = await runUntil(`${start} -- --port 0 --tenant-port 0`, project.path, 'Ctrl+C stops it');
  });

  it('npm start serves on any Node that npm runs on, and prints and writes the settings of the guide’s client', () => {
    expect(screen).toContain('The twin of stack dev is up.');
    const env = parseEnv(project.read('.twin/dev/web.env'));
    expect(env['VITE_AUTH0_CALLBACK_URL']).toBe(`http://localhost:${port}`);
    expect(screen).toContain(`  VITE_AUTH0_CLIENT_ID=${env['VITE_AUTH0_CLIENT_ID']}\n`);
  });

  it('The login guide’s example is served with the settings of that client', async () => {
    const [, example = ''] = COMMANDS;
    expect(await runUntil(example, project.path, 'Ctrl+C')).toContain(`The page is at http://localhost:${port}/.`);
    expect(await (await fetch(`http://localhost:${port}/env.json`)).json()).toEqual({
      ...parseEnv(project.read('.twin/dev/web.env')),
    });
    expect((await fetch(`http://localhost:${port}/auth0-spa-js.js`)).status).toBe(200);
    expect(await (await fetch(`http://localhost:${port}/`)).text()).toContain('Call the API');
  });

  it('The login guide’s command copies the settings to a front end', () => {
    const copy = COMMANDS.find((line) => line.startsWith('cp ')) ?? '';
    mkdirSync(join(project.path, 'my-front-end'));
    expect(spawnSync(copy, { cwd: project.path, shell: true }).status).toBe(0);
    expect(project.read('my-front-end/.env.development.local')).toBe(project.read('.twin/dev/web.env'));
  });

  it('The login guide’s code is valid and reads only settings that a .env file has', () => {
    const written = Object.keys(parseEnv(project.read('.twin/dev/web.env')));
    const [page = '', server = ''] = blocks('js');
    for (const code of [page, server]) expect(() => transformSync(code, { format: 'esm' })).not.toThrow();
    const used = [...page.matchAll(/env\.(\w+)/g)].flatMap(([, name = '']) => (name === 'env' ? [] : [name]));
    expect(used.length).toBeGreaterThan(5);
    expect(used.filter((name) => !written.includes(name))).toEqual([]);
    const own = [...server.matchAll(/process\.env\.(AUTH0_\w+)/g)].map(([, name = '']) => `VITE_${name}`);
    expect(own.filter((name) => !written.includes(name))).toEqual(['VITE_AUTH0_CLIENT_SECRET']);
  });

  it('The login guide has no command that does not exist, no broken link and at most two pages', () => {
    const known = [/^npm (start|install|run example:spa)\b/, /^cp /, /^pulumi stack output clients --json$/];
    expect(COMMANDS.filter((line) => !known.some((pattern) => pattern.test(line)))).toEqual([]);
    const targets = [...GUIDE.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, target = '']) => `docs/${target}`);
    expect(targets.filter((target) => !existsSync(new URL(target, ROOT)))).toEqual([]);
    expect(GUIDE.split(/\s+/).length).toBeLessThan(1000);
  });
});

describe('npm run example:spa', () => {
  const RUN = { '.twin/dev/run.json': '{}' };
  const PUBLIC = 'VITE_AUTH0_CALLBACK_URL=';
  it.each<readonly [string, Readonly<Record<string, string>>, string]>([
    ['no twin runs', {}, 'No twin of stack dev is running. Start it: npm start'],
    [
      'no client is declared',
      RUN,
      'Stack dev declares no client of type spa. Add it to api:clients in Pulumi.dev.yaml: - {',
    ],
    [
      'only a web application is declared',
      { ...RUN, '.twin/dev/desk.env': `${PUBLIC}http://localhost:1\nAUTH0_CLIENT_SECRET=x` },
      'Stack dev declares no client of type spa.',
    ],
    [
      'no callback is on this machine',
      { ...RUN, '.twin/dev/web.env': `${PUBLIC}https://app.example.com` },
      "The spa client of stack dev has no callback on http://localhost. Add 'http://localhost:5173' to its callbacks",
    ],
    [
      'the twin was killed',
      { ...RUN, '.twin/dev/web.env': `${PUBLIC}http://localhost:5173\nVITE_AUTH0_DOMAIN=http://localhost:2` },
      'The twin of stack dev has ended. Start it: npm start',
    ],
  ])('The example prints one line and fails if %s', async (_case, files, message) => {
    const { code, stdout, stderr } = await runEntry('examples/spa/serve.ts', [], folderWith(files));
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});
