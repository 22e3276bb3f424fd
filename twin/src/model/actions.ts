import { UserError } from '../common/user-error.ts';
import type { Trigger } from '../resources/auth0-actions.ts';
import type { Lookup } from '../resources/lookup.ts';
import { TYPE } from '../resources/tokens.ts';

/** Code of the program's that the tenant runs at a trigger. Its secrets belong into no log. */
export interface Action {
  readonly name: string;
  readonly trigger: Trigger;
  /** A CommonJS module. */
  readonly code: string;
  readonly secrets: Readonly<Record<string, string>>;
}

/**
 * Returns the bound Actions in the order in which they run.
 * @throws UserError for a binding that Auth0 would refuse, or that another one would undo
 */
export function actionsOf(lookup: Lookup): Action[] {
  const whole = lookup(TYPE.triggerActions).map(({ inputs }) => inputs);
  const single = lookup(TYPE.triggerAction).map(({ inputs }) => inputs);
  const duplicate = whole.find(
    (list, index) =>
      single.some(({ trigger }) => trigger === list.trigger) ||
      whole.findIndex(({ trigger }) => trigger === list.trigger) < index,
  );
  if (duplicate !== undefined) {
    throw new UserError(
      `The trigger ${duplicate.trigger} has several lists of Actions; each would overwrite the others.`,
    );
  }
  const bound = [
    ...whole.flatMap(({ trigger, actions }) => actions.map(({ id }) => ({ trigger, id }))),
    ...single.map(({ trigger, actionId }) => ({ trigger, id: actionId })),
  ];
  const declared = lookup(TYPE.action);
  return bound.map(({ trigger, id }) => {
    const action = declared.find((resource) => resource.id === id)?.inputs;
    if (action === undefined) throw new UserError(`The trigger ${trigger} has the Action ${id}, which does not exist.`);
    const { name, code, secrets, deploy, supportedTriggers } = action;
    if (!deploy) throw new UserError(`Auth0 binds only deployed Actions; write deploy: true in the Action "${name}".`);
    if (supportedTriggers.id !== trigger) {
      throw new UserError(`The Action "${name}" is made for ${supportedTriggers.id}, and is bound to ${trigger}.`);
    }
    return { name, trigger, code, secrets: Object.fromEntries(secrets.map((secret) => [secret.name, secret.value])) };
  });
}
