import { z } from 'zod';
import { isIgnoredClaim } from '../../../limits/claims.ts';
import { PERMISSION } from '../../../limits/auth0.ts';
import type { Action } from '../model/actions.ts';
import type { Tenant } from '../model/tenant.ts';
import { actionEvent, unknownInEvent, type ActionRequest } from './action-event.ts';
import type { RunAction } from './action-process.ts';
import { refusals } from './errors.ts';

export interface TokenChanges {
  readonly accessClaims: Record<string, unknown>;
  readonly idClaims: Record<string, unknown>;
  /** Scopes of the access token only: they lead to no ID token or refresh token. */
  readonly added: Set<string>;
  readonly removed: Set<string>;
}

type Trigger = Action['trigger'];

const HANDLERS: Readonly<Record<Trigger, string>> = {
  'post-login': 'onExecutePostLogin',
  'credentials-exchange': 'onExecuteCredentialsExchange',
};

/** Maximum characters of all custom claims. Source: https://auth0.com/docs/secure/tokens/json-web-tokens/create-custom-claims */
const LARGEST_CLAIMS = 100_000;

const scope = z.tuple([z.string().regex(PERMISSION)]);
const claim = z.union([z.tuple([z.string(), z.unknown()]), z.tuple([z.string()])]);
const reason = z.union([z.tuple([z.string()]), z.tuple([])]);
const exchangeDenial = z
  .tuple([z.enum(['invalid_scope', 'invalid_request', 'server_error'])])
  .rest(z.string())
  .refine(({ length }) => length <= 2);

type Method = (changes: TokenChanges, args: readonly unknown[]) => void;

const setAccessClaim: Method = ({ accessClaims }, args) => setClaim(accessClaims, args);

/** The supported methods. Source: https://auth0.com/docs/customize/actions/explore-triggers, the API objects of both triggers */
const METHODS: Readonly<Record<Trigger, Readonly<Record<string, Method>>>> = {
  'post-login': {
    'access.deny': (_, args) => refusals.deniedByAction('access_denied', reason.parse(args)[0] ?? ''),
    'accessToken.setCustomClaim': setAccessClaim,
    'accessToken.addScope': ({ added, removed }, args) => {
      const [name] = scope.parse(args);
      removed.delete(name);
      added.add(name);
    },
    'accessToken.removeScope': ({ added, removed }, args) => {
      const [name] = scope.parse(args);
      added.delete(name);
      removed.add(name);
    },
    'idToken.setCustomClaim': ({ idClaims }, args) => setClaim(idClaims, args),
  },
  'credentials-exchange': {
    'access.deny': (_, args) => {
      const [error, why = ''] = exchangeDenial.parse(args);
      return refusals.deniedByAction(error, why);
    },
    'accessToken.setCustomClaim': setAccessClaim,
  },
};

/** Auth0 drops a claim with a reserved name. */
function setClaim(claims: Record<string, unknown>, args: readonly unknown[]): void {
  const [name, value] = claim.parse(args);
  if (!isIgnoredClaim(name) && value !== undefined) claims[name] = value;
}

/**
 * Runs the Actions of the request's trigger in order.
 * @returns undefined if the trigger has none
 * @throws TokenError if an Action denies access, fails, or uses an unsupported feature
 */
export async function runActions(
  {
    tenant,
    runAction,
    clock,
  }: { readonly tenant: Tenant; readonly runAction: RunAction; readonly clock: () => number },
  request: ActionRequest,
): Promise<TokenChanges | undefined> {
  const trigger: Trigger = request.user === undefined ? 'credentials-exchange' : 'post-login';
  const actions = tenant.actions.filter((action) => action.trigger === trigger);
  if (actions.length === 0) return undefined;
  const changes: TokenChanges = { accessClaims: {}, idClaims: {}, added: new Set(), removed: new Set() };
  const methods = METHODS[trigger];
  const event = actionEvent(tenant, request, clock());
  for (const { name, code, secrets } of actions) {
    const { calls, unsupported, error } = await runAction({
      handler: HANDLERS[trigger],
      code,
      event: { ...event, secrets },
      methods: Object.keys(methods),
      unknown: unknownInEvent(request),
    });
    if (unsupported.length > 0) return refusals.unsupportedByAction(name, unsupported.join(', '));
    if (error !== undefined) return refusals.failedAction(name, error);
    for (const { method, args } of calls) {
      // What Auth0 does here is not documented.
      if (method.endsWith('.setCustomClaim') && args[0] === 'scope')
        refusals.unsupportedByAction(name, 'a claim scope');
      const apply = Object.hasOwn(methods, method) ? methods[method] : undefined;
      if (apply === undefined) return refusals.unsupportedByAction(name, `api.${method}`);
      try {
        apply(changes, args);
      } catch (problem) {
        if (!(problem instanceof z.ZodError)) throw problem;
        refusals.failedAction(name, `api.${method} has wrong arguments`);
      }
    }
    if (JSON.stringify([changes.accessClaims, changes.idClaims]).length > LARGEST_CLAIMS) {
      return refusals.failedAction(name, `its claims are larger than ${LARGEST_CLAIMS / 1000} kB`);
    }
  }
  return changes;
}
