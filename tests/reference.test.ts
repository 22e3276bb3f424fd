import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { stackNames } from '@auth0-http-api/twin';
import { generatedFiles } from '../docs/generator/generated.ts';
import { settingsSchemas, stackFileSchema } from '../docs/generator/stack-file-schema.ts';
import { KEYS } from '../program/config/keys.ts';
import { EVERY_OPTION } from './support/everything.ts';
import { root, type Changes } from './support/program.ts';

const FIXTURE = new URL('tests/fixture/', root);
const validate = new Ajv({ allErrors: true })
  .addKeyword('patternErrorMessage')
  .addFormat('email', true)
  .compile(stackFileSchema());

/** Where a stack file is wrong by the schema; each place once. */
function wrongPlaces(file: unknown): string[] {
  validate(file);
  return [...new Set((validate.errors ?? []).map(({ instancePath }) => instancePath))];
}

const read = (folder: URL, stack: string): string => readFileSync(new URL(`Pulumi.${stack}.yaml`, folder), 'utf8');
const DEV = parse(read(FIXTURE, 'dev')) as { readonly config: Readonly<Record<string, unknown>> };
const devWith = (changes: Changes): object => ({ config: { ...DEV.config, ...changes } });
const [CLIENT] = DEV.config['api:clients'] as readonly object[];
const SECURE = { secure: 'v1:abc' };

describe('npm run docs', () => {
  it.each(Object.entries(generatedFiles()))('The output of npm run docs is committed: %s', (file, text) => {
    const committed = readFileSync(new URL(file, root), 'utf8');
    expect(committed === text, `npm run docs writes ${file} anew`).toBe(true);
  });

  it('The configuration page has a section for each key, and no other', () => {
    const page = generatedFiles()['docs/configuration.md'] ?? '';
    const sections = [...page.matchAll(/^## `(.+)`$/gm)].map(([, key]) => key);
    expect(sections).toEqual(Object.keys(KEYS));
  });

  it.each(Object.entries(settingsSchemas()))('The program and the schema accept the example of %s', (key, schema) => {
    const [example] = schema.examples ?? [];
    expect(KEYS[key as keyof typeof KEYS].safeParse(example).error).toBeUndefined();
    expect(wrongPlaces(devWith({ [key]: example }))).toEqual([]);
  });
});

describe('The JSON Schema of a stack file', () => {
  // What `pulumi stack init` makes has no such line; editors then know nothing of the keys, and all else works.
  it.each(stackNames(root))(
    'The schema finds no fault in the stack file of %s, whose first line names the schema if it names one',
    (stack) => {
      const text = read(root, stack);
      const [, path] = /^# yaml-language-server: \$schema=(.*)$/.exec(text.split('\n')[0] ?? '') ?? [];
      expect([undefined, './docs/stack-file.schema.json']).toContain(path);
      expect(wrongPlaces(parse(text))).toEqual([]);
    },
  );

  it.each(stackNames(FIXTURE))('The schema finds no fault in the test stack file of %s', (stack) => {
    expect(wrongPlaces(parse(read(FIXTURE, stack)))).toEqual([]);
  });

  it.each<readonly [string, object]>([
    ['every option', devWith(EVERY_OPTION)],
    ['the keys that Pulumi writes', { ...DEV, secretsprovider: 'awskms://x', encryptedkey: 'x', encryptionsalt: 'x' }],
    ['environments without config', { environment: ['shared/dev'] }],
    ['an inline environment', { environment: { values: { a: 1 } } }],
    ['keys of other namespaces', devWith({ 'auth0:clientSecret': SECURE, 'aws:profile': 'x', 'shop:x': 1 })],
    ['the handlers’ settings encrypted as a whole', devWith({ 'api:handlers': SECURE })],
    ['an encrypted value inside a map', devWith({ 'api:handlers': { test: { environment: { KEY: SECURE } } } })],
    [
      'numbers, booleans and lists as the CLI writes them',
      devWith({ 'api:tokenLifetime': '60', 'api:production': 'false', 'api:clients': '[]' }),
    ],
  ])('The schema accepts %s', (_, file) => {
    expect(wrongPlaces(file)).toEqual([]);
  });

  it.each<readonly [string, object, string]>([
    ['a misspelt key', devWith({ 'api:tokenLifeTime': 60 }), '/config'],
    ['a key without its namespace', devWith({ tokenLifetime: 60 }), '/config'],
    ['a misspelt key of Pulumi', { ...DEV, enviroment: [] }, ''],
    ['a required key that is missing', { config: { ...DEV.config, 'api:clients': undefined } }, '/config'],
    ['a file without config', {}, ''],
    ['a number out of range', devWith({ 'api:tokenLifetime': 59 }), '/config/api:tokenLifetime'],
    ['a string that is not a boolean', devWith({ 'api:production': 'yes' }), '/config/api:production'],
    ['a string that is not one of the choices', devWith({ 'api:passwordGrant': 'maybe' }), '/config/api:passwordGrant'],
    ['a URL for a host', devWith({ 'auth0:domain': 'https://a.eu.auth0.com/' }), '/config/auth0:domain'],
    ['a misspelt key of a client', devWith({ 'api:clients': [{ ...CLIENT, grant: [] }] }), '/config/api:clients/0'],
    ['an unknown party', devWith({ 'api:clients': [{ ...CLIENT, party: 'second' }] }), '/config/api:clients/0/party'],
    ['an empty list of clients', devWith({ 'api:clients': [] }), '/config/api:clients'],
    ['a throttle with a rate of zero', devWith({ 'api:throttle': { burst: 1, rate: 0 } }), '/config/api:throttle/rate'],
    ['a retention that AWS does not offer', devWith({ 'api:logRetention': 31 }), '/config/api:logRetention'],
    ['an encrypted value and more', devWith({ 'api:audience': { ...SECURE, x: 1 } }), '/config/api:audience'],
    [
      'an origin with a path',
      devWith({ 'api:cors': { allowOrigins: ['https://a.example/'] } }),
      '/config/api:cors/allowOrigins/0',
    ],
    ['a reserved tag', devWith({ 'aws:defaultTags': { tags: { 'aws:x': 'y' } } }), '/config/aws:defaultTags/tags'],
  ])('The schema rejects %s', (_, file, place) => {
    expect(wrongPlaces(JSON.parse(JSON.stringify(file)))).toContain(place);
  });
});
