import { z } from 'zod';
import { ENCRYPTED } from '../common/encrypted.ts';
import type { Model } from '../model/model.ts';
import { TYPE } from '../resources/tokens.ts';
import { declared, input, texts, withoutIds, type Item } from './reading.ts';

const list = z.union([z.array(z.unknown()), z.unknown().transform((item) => [item])]);
const DOCUMENT = z.object({ Statement: list.pipe(z.array(z.record(z.string(), z.unknown()))) });

const OWN_LOG: readonly unknown[] = ['logs:CreateLogStream', 'logs:PutLogEvents'];

/** Returns the actions that the program's policies allow and deny, without a function's rights to its own log. */
export function rightItems(model: Model): Item[] {
  const inline = declared(model, TYPE.iamRole).flatMap((role) =>
    texts(input(role, 'inlinePolicies')).map((text) => [role.name, inlinePolicy(text)] as const),
  );
  const policies = model.registered.resources
    .filter(({ type }) => /^aws:iam\/\w*policy:/i.test(type))
    .flatMap((resource) => texts(input(resource, 'policy')).map((text) => [resource.name, text] as const));
  return [...inline, ...policies].flatMap(([of, text]) => rightsIn(text, model).map((is) => ({ of, is })));
}

export function assumedItems(model: Model): Item[] {
  return declared(model, TYPE.iamRole).flatMap((role) =>
    texts(input(role, 'assumeRolePolicy'))
      .flatMap((text) => statementsIn(text) ?? [{ Principal: ENCRYPTED }])
      .map(({ Principal, NotPrincipal }) => JSON.stringify(Principal ?? { not: NotPrincipal }))
      .filter((principal) => principal !== '{"Service":"lambda.amazonaws.com"}')
      .map((is) => ({ of: role.name, is: withoutIds(is, model) })),
  );
}

function inlinePolicy(text: string): string {
  try {
    return texts((JSON.parse(text) as { policy?: unknown }).policy)[0] ?? '';
  } catch {
    return text;
  }
}

function statementsIn(text: string): readonly Readonly<Record<string, unknown>>[] | undefined {
  try {
    return DOCUMENT.safeParse(JSON.parse(text)).data?.Statement;
  } catch {
    return undefined;
  }
}

function rightsIn(text: string, model: Model): string[] {
  const statements = statementsIn(text);
  if (statements === undefined) return [text === ENCRYPTED ? ENCRYPTED : '(unreadable)'];
  const logs = declared(model, TYPE.logGroup).map(
    ({ outputs, inputs }) => `:log-group:${String(outputs['name'] ?? inputs['name'])}:*`,
  );
  return statements.flatMap(({ Effect, Action, NotAction, Resource, NotResource, Condition }) => {
    const resources = texts(Resource);
    const isOwnLog = resources.length > 0 && resources.every((resource) => logs.some((log) => resource.endsWith(log)));
    const actions = [
      ...texts(Action).filter((action) => Effect === 'Deny' || !isOwnLog || !OWN_LOG.includes(action)),
      ...(NotAction === undefined ? [] : [`all but ${texts(NotAction).join(', ')}`]),
    ];
    const on = NotResource === undefined ? resources.join(', ') : `all but ${texts(NotResource).join(', ')}`;
    const condition = Condition === undefined ? '' : ` if ${JSON.stringify(Condition)}`;
    return actions.map((action) => withoutIds(`${String(Effect)} ${action} on ${on}${condition}`, model));
  });
}
