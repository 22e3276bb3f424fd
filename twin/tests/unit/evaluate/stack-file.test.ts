import { expect, it } from 'vitest';
import { readStackFile, stackNames } from '../../../src/evaluate/stack-file.ts';
import { folderWith } from '../../../../tests/support/folder.ts';
import { refusal, root } from '../../../../tests/support/program.ts';

/** A project's folder, of which `Pulumi.yaml` has at least a name and a runtime. */
const project = (files: Readonly<Record<string, string>>): URL =>
  folderWith({ 'Pulumi.yaml': 'name: shop\nruntime: nodejs\n', ...files });

interface Row {
  readonly title: string;
  /** `Pulumi.yaml`, besides its name. */
  readonly ofProject?: string;
  /** `Pulumi.dev.yaml`. */
  readonly ofStack: string;
  readonly chosen?: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, string>>;
  readonly secretKeys?: readonly string[];
  readonly encrypted?: readonly string[];
}

const SECURE = '{ secure: AAABAHVw7W }';

const row = (title: string, ofStack: string, values: Row['values'], rest: Partial<Row> = {}): Row => ({
  title,
  ofStack,
  values,
  ...rest,
});

const READ: readonly Row[] = [
  row('a key with its namespace', 'config: { api:x: a }', { 'api:x': 'a' }),
  row('a key without a namespace under the project’s name', 'config: { x: a }', { 'shop:x': 'a' }),
  row('a key of the old long form', 'config: { "aws:config:region": a }', { 'aws:region': 'a' }),
  row('numbers and booleans as strings', 'config: { a:n: 60, a:b: false }', { 'a:n': '60', 'a:b': 'false' }),
  row('lists and maps as JSON', 'config: { a:l: [{ b: 1 }] }', { 'a:l': '[{"b":1}]' }),
  row('no values for an empty file', '', {}),
  row('no values for a file with only comments and an encryption salt', '# nothing\nencryptionsalt: v1:abc', {}),
  row(
    'the project’s value',
    '',
    { 'api:x': 'a', 'api:y': '5', 'api:z': 'c' },
    { ofProject: 'config: { api:x: { value: a }, api:y: { type: integer, default: 5 }, api:z: c }' },
  ),
  row(
    'no value if the project only declares a type',
    '',
    {},
    { ofProject: 'config: { x: { type: string, description: A text } }' },
  ),
  row(
    'the stack’s value before the project’s, with or without a namespace',
    'config: { shop:x: c, api:y: d }',
    { 'shop:x': 'c', 'api:y': 'd' },
    { ofProject: 'config: { x: { default: a }, api:y: b }' },
  ),
  row(
    'the command line’s key without a namespace under the project’s name too',
    'config: { x: a }',
    { 'shop:x': 'b' },
    { chosen: { x: 'b' } },
  ),
  row(
    'the command line’s value before both others',
    'config: { api:x: b, api:y: c }',
    { 'api:x': 'd', 'api:y': 'c', 'api:z': 'e' },
    { ofProject: 'config: { api:x: a }', chosen: { 'api:x': 'd', 'api:z': 'e' } },
  ),
  row(
    'no encrypted provider credential',
    `config: { aws:secretKey: ${SECURE}, auth0:clientSecret: ${SECURE}, api:x: a }`,
    { 'api:x': 'a' },
  ),
  row(
    'no credential that the stack encrypts, even if the project has a value',
    `config: { auth0:clientId: ${SECURE} }`,
    {},
    { ofProject: 'config: { auth0:clientId: { value: a } }' },
  ),
  row(
    'a placeholder for an encrypted value that the program rejects',
    `config: { api:clients: [{ name: ${SECURE} }], auth0:domain: ${SECURE} }`,
    { 'api:clients': '[{"name":"(encrypted)"}]', 'auth0:domain': '(encrypted)' },
    { secretKeys: ['api:clients', 'auth0:domain'], encrypted: ['api:clients.0.name', 'auth0:domain'] },
  ),
  row(
    'the command line’s value for an encrypted key',
    `config: { api:audience: ${SECURE} }`,
    { 'api:audience': 'https://a.example' },
    { chosen: { 'api:audience': 'https://a.example' }, secretKeys: ['api:audience'] },
  ),
];

interface RefusedRow {
  readonly title: string;
  readonly files: Readonly<Record<string, string>>;
  readonly stack?: string;
  readonly says: readonly string[];
}

const DEV = 'Pulumi.dev.yaml';

const REFUSED: readonly RefusedRow[] = [
  { title: 'a stack name with a path', stack: '../dev', files: {}, says: ['Invalid stack name "../dev"'] },
  { title: 'an empty stack name', stack: '', files: {}, says: ['Invalid stack name ""'] },
  { title: 'a stack name with a space', stack: 'a b', files: {}, says: ['Invalid stack name "a b"'] },
  {
    title: 'a stack without a file',
    stack: 'prd',
    files: { [DEV]: '', 'Pulumi.prod.yaml': '' },
    says: ['Pulumi.prd.yaml does not exist. Stacks in this folder: dev, prod'],
  },
  {
    title: 'a stack file that is not YAML',
    files: { [DEV]: 'config:\n  api:x: a\n  api:y: [b\n' },
    says: ['Pulumi.dev.yaml is invalid:', 'Pulumi.dev.yaml:4'],
  },
  {
    title: 'a stack file with a key that is indented less',
    files: { [DEV]: 'config:\n  api:x:\n    - a\n api:y: b\n  api:z: c\n' },
    says: ['Pulumi.dev.yaml:4: All mapping items must start at the same column'],
  },
  {
    title: 'a stack file with a duplicate key',
    files: { [DEV]: 'config:\n  api:x: a\n  api:x: b\n' },
    says: ['Pulumi.dev.yaml:3: Map keys must be unique'],
  },
  {
    title: 'a setting outside config',
    files: { [DEV]: 'environment: []\napi:audience: https://api.example.com\napi:y: 1\n' },
    says: ['Pulumi.dev.yaml:2, api:audience: move it under config:', 'Pulumi.dev.yaml:3, api:y: move it'],
  },
  {
    title: 'a stack file that is a list',
    files: { [DEV]: '- a' },
    says: ['Pulumi.dev.yaml: write keys and values'],
  },
  {
    title: 'a stack file that is a string',
    files: { [DEV]: 'hello' },
    says: ['Pulumi.dev.yaml: write keys and values'],
  },
  { title: 'a config that is a list', files: { [DEV]: 'config: [api:x]' }, says: ['Pulumi.dev.yaml', 'config'] },
  {
    title: 'a project without a name',
    files: { 'Pulumi.yaml': 'runtime: nodejs', [DEV]: '' },
    says: ['Pulumi.yaml is invalid:', 'name: missing; write the name of the project'],
  },
  { title: 'a project file that is not YAML', files: { 'Pulumi.yaml': 'name: [', [DEV]: '' }, says: ['Pulumi.yaml:'] },
];

const ENVIRONMENTS: readonly { readonly title: string; readonly text: string; readonly names: readonly string[] }[] = [
  { title: 'no environment', text: 'config: {}', names: [] },
  { title: 'a list of environments', text: 'environment: [shared, shop/dev]', names: ['shared', 'shop/dev'] },
  { title: 'imported environments', text: 'environment: { imports: [shared] }', names: ['shared'] },
  { title: 'inline values', text: 'environment: { values: { a: 1 } }', names: ['(written in the stack file)'] },
];

it.each(READ)(
  'Reading a stack file returns $title',
  ({ ofProject = '', ofStack, chosen, values, secretKeys = [], encrypted = [] }) => {
    const folder = project({ 'Pulumi.yaml': `name: shop\nruntime: nodejs\n${ofProject}\n`, [DEV]: ofStack });
    expect(readStackFile(folder, 'dev', chosen)).toEqual({
      project: 'shop',
      stack: 'dev',
      values,
      secretKeys,
      encrypted,
      environments: [],
    });
  },
);

it.each(REFUSED)('Reading a stack file rejects $title', async ({ files, stack = 'dev', says }) => {
  const folder = project(files);
  const { message } = await refusal(() => readStackFile(folder, stack));
  for (const part of says) expect(message).toContain(part);
});

it('Each encrypted value gets a placeholder and is named by its path, unless the command line gives it', () => {
  const file = `config: { api:handlers: { test: { memory: 128, environment: { A: ${SECURE}, B: ${SECURE}, C: c } } } }`;
  const read = readStackFile(project({ [DEV]: file }), 'dev', { 'api:handlers.test.environment.B': 'plain' });
  expect(JSON.parse(read.values['api:handlers'] ?? '')).toEqual({
    test: { memory: 128, environment: { A: '(encrypted)', B: 'plain', C: 'c' } },
  });
  expect(read).toMatchObject({ secretKeys: ['api:handlers'], encrypted: ['api:handlers.test.environment.A'] });
  expect(Object.keys(read.values)).toEqual(['api:handlers']);

  const yaml = `name: shop\nruntime: nodejs\nconfig: { api:handlers: { value: ${SECURE} } }`;
  const other = project({
    'Pulumi.yaml': yaml,
    [DEV]: `config: { list: [{ a: [${SECURE}] }], aws:secretKey: ${SECURE} }`,
  });
  expect(readStackFile(other, 'dev').encrypted).toEqual(['api:handlers', 'shop:list.0.a.0']);
});

it.each(ENVIRONMENTS)('The environments that the engine would add are named: $title', ({ text, names }) => {
  expect(readStackFile(project({ [DEV]: text }), 'dev').environments).toEqual(names);
});

it('The stacks of the project are listed in order', () => {
  expect(stackNames(new URL('tests/fixture/', root))).toEqual(['dev', 'prod', 'staging']);
});
