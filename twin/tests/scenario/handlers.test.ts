import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { ROOT } from '../../../tests/support/project.ts';
import { useRoutes } from '../../../tests/support/routes.ts';
import { welcome } from '../../src/cli/screen.ts';
import { call, startTestTwin } from '../support/twin.ts';

/** It imports strings, reads a file beside its bundle, and calls a compiled addon. */
const HANDLER = `
import { readFileSync } from 'node:fs';
import { transform } from 'lightningcss';
import query from './orders.graphql';
import page from './page.html';
import table from './orders.sql';

const rates = JSON.parse(readFileSync(new URL('./data/rates.json', import.meta.url), 'utf8'));
export const handler = async () => ({
  statusCode: 200,
  body: JSON.stringify({
    query, page, table, rates,
    css: transform({ filename: 'a.css', code: Buffer.from('a { color: #ff0000 }'), minify: true }).code.toString(),
  }),
});
`;

const twin = await startTestTwin({
  change: (project) => {
    useRoutes(project, { 'GET /all': { handler: 'test', scopes: 'public' } }, HANDLER, {
      packages: ['lightningcss'],
      files: ['data'],
      runtime: 'nodejs22.x',
      architecture: 'arm64',
      layers: ['arn:aws:lambda:eu-central-1:123456789012:layer:fonts:3'],
    });
    project.write('handler/orders.graphql', 'query { orders }');
    project.write('handler/page.html', '<p>');
    project.write('handler/orders.sql', 'SELECT 1');
    project.write('data/rates.json', '{ "EUR": 1 }');
    symlinkSync(fileURLToPath(new URL('package-lock.json', ROOT)), join(project.path, 'package-lock.json'));
  },
});

it('It imports .graphql, .html and .sql as strings, reads its files, and calls a compiled addon', async () => {
  const { status, text } = await call(twin, undefined, '/all');
  expect([status, JSON.parse(text)]).toEqual([
    200,
    { query: 'query { orders }', page: '<p>', table: 'SELECT 1', rates: { EUR: 1 }, css: 'a{color:red}' },
  ]);
});

it('The start screen says that the addon is this machine’s, and that layers are missing', () => {
  const lines = welcome(twin.model(), twin).split('\n');
  expect(lines.find((line) => line.startsWith('Not emulated locally'))).toContain(
    'Lambda’s compiled addons (those of this machine run)',
  );
  expect(lines.join('\n')).toContain('layers (their files are missing here)');
});
