import * as auth0 from '@pulumi/auth0';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { z } from 'zod';
import { encryptedKeys, MAY_BE_SECRET, NO_PLACE_FOR_A_SECRET } from './program/config/encrypted-keys.ts';
import { database, refreshTokens, type UserSettings } from './program/config/login-keys.ts';
import { KEYS, type CheckedKeys, type Key } from './program/config/keys.ts';
import { providerProblems } from './program/config/provider-rules.ts';
import { defaultCors } from './program/config/cors.ts';
import { combinationProblems } from './program/config/rules.ts';
import { stackFileLines } from './program/config/stack-file-lines.ts';
import type { Contract } from './program/contract/define-contract.ts';
import { didYouMean } from './program/nearest.ts';
import { plainError, problemOf } from './program/plain-errors.ts';
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
  const domain = needed(keys, 'auth0:domain');
  const testUser: UserSettings | undefined = keys['api:testUser'];
  return {
    stack: pulumi.getStack(),
    region: needed(keys, 'aws:region'),
    domain,
    issuerDomain: keys['api:issuerDomain'] ?? domain,
    audience: needed(keys, 'api:audience'),
    /** The audience of a second Auth0 API with the same permissions and grants. */
    secondAudience: keys['api:secondAudience'],
    otherAudiences: needed(keys, 'api:otherAudiences'),
    production: needed(keys, 'api:production'),
    /** Setting to the reason why this production stack may break its rule. */
    exceptions: needed(keys, 'api:exceptions'),
    tokenLifetime: needed(keys, 'api:tokenLifetime'),
    /** `undefined` without a value: users may get tokens then, and production rejects that. */
    userAccess: keys['api:userAccess'],
    defaultDirectory: needed(keys, 'api:defaultDirectory'),
    clients: needed(keys, 'api:clients'),
    /** The client that `npm run verify` uses. */
    probe: keys['api:probe'],
    /** Each with its suffix of resource names. */
    users: testUser
      ? [{ ...testUser, suffix: '' }]
      : needed(keys, 'api:users').map((user) => ({ ...user, suffix: `-${user.email}` })),
    database: keys['api:database'] ?? database.parse({}),
    /** Names of existing connections; empty if the program has its own database. */
    connections: needed(keys, 'api:connections'),
    refreshTokens: keys['api:refreshTokens'] ?? refreshTokens.parse({}),
    identitySource: needed(keys, 'api:identitySource'),
    apiDomain: keys['api:domain'],
    /** Another domain of the tenant, which a second API trusts. */
    secondIssuer: keys['api:secondIssuer'],
    stageName: keys['api:stage'] ?? '$default',
    backends: needed(keys, 'api:backends'),
    privateBackends: needed(keys, 'api:privateBackends'),
    handlers: needed(keys, 'api:handlers'),
    vpc: keys['api:vpc'],
    sourceMaps: needed(keys, 'api:sourceMaps'),
    /** Whether the handlers' settings contain encrypted values. */
    secretHandlers: encryptedKeys().includes(MAY_BE_SECRET),
    logRetention: needed(keys, 'api:logRetention'),
    logKey: keys['api:logKey'],
    logCallerAddress: needed(keys, 'api:logCallerAddress'),
    permissionsBoundary: keys['api:permissionsBoundary'],
    throttle: keys['api:throttle'],
    routeThrottles: needed(keys, 'api:routeThrottles'),
    cors: keys['api:cors'] ?? defaultCors(keys, contract),
    alarms: keys['api:alarms'],
  };
}

function needed<K extends Key>(keys: CheckedKeys, key: K): NonNullable<CheckedKeys[K]> {
  const value = keys[key];
  if (value === undefined) throw new Error(`${key} was not reported as missing`);
  return value;
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
  if (!/^(\[|\{|true$|false$|-?\d+(\.\d+)?$)/.test(text)) return text;
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return text;
  }
}

function example(schema: z.ZodType): string {
  const examples: unknown = schema.meta()?.['examples'];
  return JSON.stringify(Array.isArray(examples) ? examples[0] : undefined);
}

function unknownKeys(raw: Raw): Problem[] {
  const known = [
    ...Object.keys(KEYS),
    ...Object.keys(aws.config).map((key) => `aws:${key}`),
    ...Object.keys(auth0.config).map((key) => `auth0:${key}`),
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
