import { z } from 'zod';
import { MAY_BE_SECRET } from '../../program/config/encrypted-keys.ts';
import { KEYS } from '../../program/config/keys.ts';

/** The parts of JSON Schema that the settings use. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  /** The editor's message if the pattern does not match. */
  readonly patternErrorMessage?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly patternProperties?: Readonly<Record<string, JsonSchema>>;
  readonly anyOf?: readonly JsonSchema[];
  readonly if?: JsonSchema;
  readonly not?: JsonSchema;
  readonly then?: JsonSchema;
}

/** Returns each key's schema. */
export function settingsSchemas(): Readonly<Record<string, JsonSchema>> {
  return settings().properties ?? {};
}

export function requiredKeys(): readonly string[] {
  return settings().required ?? [];
}

/**
 * Returns the JSON Schema of `Pulumi.<stack>.yaml` for editors: the program's settings, and Pulumi's own keys. Only the
 * program checks rules across keys, or between a key and contract.ts.
 * Source of Pulumi's own: https://www.pulumi.com/docs/iac/concepts/config/#the-stack-settings-file and pulumi/pulumi,
 * sdk/go/common/workspace/project.go (ProjectStack)
 */
export function stackFileSchema(): object {
  const { properties = {}, required = [] } = settings();
  const text = { type: 'string' } as const;
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Pulumi.<stack>.yaml',
    type: 'object',
    properties: {
      config: {
        type: 'object',
        description: 'What this stack is like. docs/configuration.md has every key.',
        properties: Object.fromEntries(Object.entries(properties).map(([key, schema]) => [key, settable(key, schema)])),
        // Allow any settings of providers and Pulumi.
        patternProperties: { '^(?!api:)[^:]+:': {} },
        additionalProperties: false,
      },
      environment: {
        description:
          'Environments of Pulumi ESC whose values are added. Needs Pulumi Cloud; the twin does not read them.',
        anyOf: [text, { type: 'array' }, { type: 'object' }],
      },
      secretsprovider: { ...text, description: 'What encrypts the secrets of this stack. Pulumi writes it.' },
      encryptionsalt: { ...text, description: 'Pulumi writes it.' },
      encryptedkey: { ...text, description: 'Pulumi writes it.' },
    },
    additionalProperties: false,
    // An environment may provide missing keys.
    if: { not: { required: ['environment'] } },
    // oxlint-disable-next-line unicorn/no-thenable -- JSON Schema's own word
    then: { required: ['config'], properties: { config: { type: 'object', required } } },
    definitions: {
      secure: {
        description: 'A secret, as pulumi config set --secret writes it.',
        type: 'object',
        properties: { secure: text },
        required: ['secure'],
        additionalProperties: false,
      },
    },
  };
}

function settings(): JsonSchema {
  return z.toJSONSchema(z.object(KEYS), {
    target: 'draft-07',
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      // zod adds JavaScript's safe integers as limits.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (JSON.stringify(jsonSchema.propertyNames) === '{"type":"string"}') delete jsonSchema.propertyNames;
      const message = patternMessage(zodSchema);
      if (jsonSchema.pattern !== undefined && message !== undefined) jsonSchema['patternErrorMessage'] = message;
    },
  }) as JsonSchema;
}

/** Returns the program's message for a string that does not match. */
function patternMessage({ _zod: { def } }: z.core.$ZodTypes): string | undefined {
  const messages = (def.checks ?? []).map(({ _zod: { def: check } }) =>
    check.error?.({ code: 'custom', input: '', path: [] } as never),
  );
  return messages.find((message) => typeof message === 'string');
}

/** Also allows Pulumi's CLI format: numbers, booleans, lists and maps as strings, and encrypted values where valid. */
function settable(key: string, schema: JsonSchema): JsonSchema {
  const { description, default: usual, examples, ...rest } = schema;
  const about = {
    ...(description !== undefined && { description }),
    ...(usual !== undefined && { default: usual }),
    ...(examples !== undefined && { examples }),
  };
  if (key === MAY_BE_SECRET) return { ...about, anyOf: [within(rest), ...asText(rest), SECURE] };
  return { ...about, anyOf: [rest, ...asText(rest)] };
}

const SECURE: JsonSchema = { $ref: '#/definitions/secure' };

function asText({ type }: JsonSchema): JsonSchema[] {
  if (type === 'boolean') return [{ enum: ['true', 'false'] }];
  if (type === 'integer' || type === 'number') return [{ type: 'string', pattern: '^-?\\d+(\\.\\d+)?$' }];
  if (type === 'array') return [{ type: 'string', pattern: '^\\[' }];
  return type === 'object' ? [{ type: 'string', pattern: '^\\{' }] : [];
}

/** Allows each nested value to be encrypted. */
function within(schema: JsonSchema): JsonSchema {
  const { items, properties, additionalProperties } = schema;
  return {
    ...schema,
    ...(items && { items: orSecure(items) }),
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([key, property]) => [key, orSecure(property)])),
    }),
    ...(typeof additionalProperties === 'object' && { additionalProperties: orSecure(additionalProperties) }),
  };
}

function orSecure(schema: JsonSchema): JsonSchema {
  const { description, default: usual, ...rest } = schema;
  return {
    ...(description !== undefined && { description }),
    ...(usual !== undefined && { default: usual }),
    anyOf: [within(rest), SECURE],
  };
}
