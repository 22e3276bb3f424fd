import * as pulumi from '@pulumi/pulumi';
import type { z } from 'zod';
import { encryptedKeys, MAY_BE_SECRET, NO_PLACE_FOR_A_SECRET } from './program/config/encrypted-keys.ts';
import { database, refreshTokens, type UserSettings } from './program/config/login-keys.ts';
import { KEYS, type CheckedKeys, type CompleteKeys, type Key } from './program/config/keys.ts';
import { providerProblems } from './program/config/provider-rules.ts';
import { defaultCors } from './program/config/cors.ts';
import { combinationProblems } from './program/config/rules.ts';
import { stackFileLines } from './program/config/stack-file-lines.ts';
import type { Contract } from './program/contract/define-contract.ts';
import { didYouMean } from './limits/nearest.ts';
import { fromJson } from './program/from-json.ts';
import { plainError, problemOf } from './program/plain-errors.ts';
import { services } from './program/services.ts';
import { countOf, problem, UserError, type Problem } from './program/user-error.ts';

/** A stack's checked settings. `program/config/keys.ts` has every key. */
export type Settings = Readonly<ReturnType<typeof settingsOf>>;

/**
 * Returns the stack's checked configuration. All other code reads it from here.
 * @param root the folder of the stack files, for line numbers in errors
 * @throws UserError with every problem, its key and what to write instead
 */
export function readSettings(contract: Contract, root?: URL): Settings {
  const raw = pulumi.runtime.allConfig();
  const { keys, problems } = checkKeys(raw);
  const hasEngine = pulumi.runtime.hasEngine();
  problems.push(
    ...unknownKeys(raw),
    ...providerProblems(raw, encryptedKeys(), hasEngine),
    ...combinationProblems(keys, contract, hasEngine),
  );
  if (problems.length > 0) throw errorOf(problems, raw, keys, root);
  return settingsOf(keys, contract);
}

function settingsOf(keys: CheckedKeys, contract: Contract) {
  // The caller throws if a required key is missing.
  const all = keys as CompleteKeys;
  const { domain: apiDomain, stage: stageName = '$default', testUser, ...own } = ownSettings(all);
  const shorthand: UserSettings | undefined = testUser;
  const domain = all['auth0:domain'];
  return {
    ...own,
    stack: pulumi.getStack(),
    region: all['aws:region'],
    domain,
    issuerDomain: own.issuerDomain ?? domain,
    /** Each with its suffix of resource names. */
    users: shorthand
      ? [{ ...shorthand, suffix: '' }]
      : own.users.map((user) => ({ ...user, suffix: `-${user.email}` })),
    database: own.database ?? database.parse({}),
    refreshTokens: own.refreshTokens ?? refreshTokens.parse({}),
    apiDomain,
    stageName,
    /** Whether the handlers' settings contain encrypted values. */
    secretHandlers: encryptedKeys().includes(MAY_BE_SECRET),
    cors: own.cors ?? defaultCors(keys, contract),
  };
}

type OwnSettings = { readonly [K in Key as K extends `api:${infer Name}` ? Name : never]: CompleteKeys[K] };

/** Returns the values of the keys under `api:`, without that prefix. */
function ownSettings(keys: CompleteKeys): OwnSettings {
  const own = Object.entries(keys).filter(([key]) => key.startsWith('api:'));
  return Object.fromEntries(own.map(([key, value]) => [key.slice('api:'.length), value])) as OwnSettings;
}

type Raw = Readonly<Record<string, string>>;

function checkKeys(raw: Raw): { keys: CheckedKeys; problems: Problem[] } {
  const encrypted = encryptedKeys();
  const keys: Record<string, unknown> = {};
  const problems: Problem[] = [];
  for (const [key, schema] of Object.entries(KEYS)) {
    const text = raw[key];
    const isEncrypted = text !== undefined && encrypted.includes(key);
    if (isEncrypted && key !== MAY_BE_SECRET) {
      problems.push(problem('encrypted', key, NO_PLACE_FOR_A_SECRET));
      continue;
    }
    const { success, data, error } = schema.safeParse(text === undefined ? undefined : parsed(text), {
      error: plainError,
    });
    if (success) keys[key] = data;
    else if (text === undefined)
      problems.push(problem('missing', key, `is missing; write, for instance, ${example(schema)}`));
    else {
      const found = error.issues.map((issue) => problemOf(issue, [key, ...issue.path.map(String)].join('.')));
      // Never show an encrypted value.
      const hidden = ({ message, ...rest }: Problem): Problem => ({
        ...rest,
        message: message.replace(/, not .*$/s, ''),
      });
      problems.push(...(isEncrypted ? found.map(hidden) : found));
    }
  }
  return { keys, problems };
}

/** Parses a configuration value: Pulumi passes lists, maps, numbers and booleans as JSON, other values unchanged. */
function parsed(text: string): unknown {
  return /^(\[|\{|true$|false$|-?\d+(\.\d+)?$)/.test(text) ? (fromJson(text) ?? text) : text;
}

function example(schema: z.ZodType): string {
  const examples: unknown = schema.meta()?.['examples'];
  return JSON.stringify(Array.isArray(examples) ? examples[0] : undefined);
}

function unknownKeys(raw: Raw): Problem[] {
  const known = [
    ...Object.keys(KEYS),
    ...Object.keys(services.awsConfig).map((key) => `aws:${key}`),
    ...Object.keys(services.auth0.config).map((key) => `auth0:${key}`),
  ];
  // Pulumi adds the project's name to a key without a namespace.
  const own = `${pulumi.getProject()}:`;
  const meant = (key: string): string => (key.startsWith(own) ? `api:${key.slice(own.length)}` : key);
  return Object.keys(raw)
    .filter((key) => !known.includes(key) && !key.startsWith('pulumi:'))
    .map((key) => {
      const prefix = key.startsWith('api:') ? '' : ' (settings of this program start with api:)';
      return problem('unknown', key, `unknown key${didYouMean(meant(key), known)}${prefix}`);
    });
}

/** Returns the error of all problems, with file and line, sorted by line. */
function errorOf(problems: readonly Problem[], raw: Raw, keys: CheckedKeys, root: URL | undefined): UserError {
  const file = `Pulumi.${pulumi.getStack()}.yaml`;
  const find = root === undefined ? () => undefined : stackFileLines(root, file);
  const own = `${pulumi.getProject()}:`;
  const lineOf = (place: string): number | undefined => {
    if (!Object.hasOwn(raw, place.split(/[.,]/)[0] ?? '')) return undefined;
    return find(place) ?? (place.startsWith(own) ? find(place.slice(own.length)) : undefined);
  };
  const placed = problems
    .map(({ place, ...rest }) => ({ ...rest, place, line: lineOf(place) }))
    .toSorted((a, b) => (a.line ?? Infinity) - (b.line ?? Infinity) || 0)
    .map(({ code, place, message, line }) =>
      problem(code, `${file}${line === undefined ? '' : `:${line}`}, ${place}`, message),
    );
  // Rules across keys skip invalid keys.
  const isPartial = Object.keys(KEYS).some((key) => Object.hasOwn(raw, key) && !Object.hasOwn(keys, key));
  const more = isPartial ? ' (fix these first; further checks run afterwards)' : '';
  return new UserError('stack-file', `${countOf(file, placed)}${more}:`, placed);
}
