import { z } from 'zod';
import { ENCRYPTED } from '../common/encrypted.ts';
import type { Model } from '../model/model.ts';
import { TYPE } from '../resources/tokens.ts';
import type { RegisteredResource } from '../rules/rule.ts';

/** What a fact says, and what it is about. */
export const ITEM = z.strictObject({ of: z.string().optional(), is: z.string() });
export type Item = z.infer<typeof ITEM>;

export function declared({ registered, api }: Model, kind: string): RegisteredResource[] {
  const isOther = ({ type, id, inputs }: RegisteredResource): boolean =>
    type === TYPE.api ? id !== api.apiId : 'apiId' in inputs && inputs['apiId'] !== api.apiId;
  return registered.resources.filter((resource) => resource.type === kind && !isOther(resource));
}

/** Returns an input by its dotted path, or `ENCRYPTED` if it is or contains a secret. */
export function input({ inputs, secretInputs }: RegisteredResource, path: string): unknown {
  if (secretInputs.some((secret) => `${path}.`.startsWith(`${secret}.`) || secret.startsWith(`${path}.`))) {
    return ENCRYPTED;
  }
  return path
    .split('.')
    .reduce<unknown>((value, key) => (value as Readonly<Record<string, unknown>> | null | undefined)?.[key], inputs);
}

/** Returns an input as strings: each element of a list, or the single value; nothing if it is absent. */
export function texts(value: unknown): string[] {
  return [value ?? []].flat().map((item) => (typeof item === 'string' ? item : JSON.stringify(item)));
}

export function inputItems(model: Model, kind: string, path: string, show = (text: string) => text): Item[] {
  return declared(model, kind).flatMap((resource) =>
    texts(input(resource, path)).map((text) => ({
      of: resource.name,
      is: text === ENCRYPTED ? ENCRYPTED : show(withoutIds(text, model)),
    })),
  );
}

export function variableItems(model: Model): Item[] {
  return declared(model, TYPE.function).flatMap(({ name, inputs, secretInputs }) => {
    const { data } = z.object({ variables: z.record(z.string(), z.unknown()) }).safeParse(inputs['environment']);
    const isSecret = ['environment', 'environment.variables'].some((path) => secretInputs.includes(path));
    const names = isSecret ? [ENCRYPTED] : Object.keys(data?.variables ?? {}).toSorted();
    return names.map((is) => ({ of: name, is }));
  });
}

/** Replaces ARNs in a text with resource names, and removes the account number. */
export function withoutIds(text: string, { registered: { resources } }: Model): string {
  const arns = resources.flatMap(({ type, name, outputs }) =>
    [outputs['executionArn'], outputs['arn']]
      .filter((arn) => typeof arn === 'string')
      .filter((arn) => arn.startsWith('arn:'))
      .map((arn) => [arn, `(${type.split(':').at(-1)} ${name})`] as const),
  );
  const accounts = arns.flatMap(([arn]) => /^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/.exec(arn)?.[1] ?? []);
  return [
    ...arns.toSorted(([a], [b]) => b.length - a.length),
    ...[...new Set(accounts)].map((account) => [`:${account}:`, ':ACCOUNT:'] as const),
  ].reduce((rest, [from, to]) => rest.replaceAll(from, () => to), text);
}
