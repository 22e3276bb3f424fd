import { accessOf, type Access, type Answer } from '../report/cells.ts';
import type { Ask, Caller } from '../report/callers.ts';
import { cellText, heading, needsOf } from '../report/texts.ts';
import { pathTo, type Model } from '../model/model.ts';
import type { Client, ResourceServer } from '../model/tenant.ts';
import { scopesOf } from '../gateway/judge.ts';
import { issuerOf } from '../tenant/claims.ts';
import { MASK, type ShownAsk, type ShownCaller, type ShownState } from './messages.ts';
import { QuestionError } from './guard.ts';

/** A model with what the access report says of it, computed once. */
export interface Known {
  readonly model: Model;
  readonly access: Access;
}

const known = new WeakMap<Model, Known>();

export function knownOf(model: Model): Known {
  const before = known.get(model);
  if (before !== undefined) return before;
  const now = { model, access: accessOf(model) };
  known.set(model, now);
  return now;
}

interface Addresses {
  readonly apiUrl: string;
  readonly kid: string;
  readonly caFile: string;
}

/** What the page shows of a stack; the matrix is the access report's, word for word. */
export function stateOf({ model, access }: Known, addresses: Addresses): ShownState {
  const { stack, tenant } = model;
  return {
    ...addresses,
    stack,
    issuer: issuerOf(tenant),
    callers: access.callers.map((caller) => shownCaller(caller, access.answers.get(caller) ?? [])),
    rows: access.rows.map(({ route, cells }) => ({
      routeKey: route.routeKey,
      needs: needsOf(route),
      cells: cells.map(cellText),
      opens: cells.map(({ reason }) => (reason.kind === 'scopes' ? reason.scopes : [])),
      path: pathTo(route, model),
    })),
    clients: tenant.clients.map(({ clientId, name }) => ({ clientId, name })),
    users: tenant.users.map(({ userId, email }) => ({ userId, email })),
  };
}

function shownCaller(caller: Caller, answers: readonly Answer[]): ShownCaller {
  // A role's requests are made by a user who is not there.
  const asks = caller.kind === 'role' ? [] : caller.asks;
  return {
    heading: heading(caller),
    kind: caller.kind,
    asks: asks.map((ask) =>
      shownAsk(
        ask,
        answers.find((answer) => answer.ask === ask),
      ),
    ),
  };
}

function shownAsk(ask: Ask, answer: Answer | undefined): ShownAsk {
  const parameters = requestOf(ask, { client_secret: MASK, password: MASK });
  return {
    name: nameOf(ask),
    login: ask.user !== undefined,
    parameters,
    declared: ask.api.scopes,
    permitted: permittedBy(answer),
  };
}

/** What differs first: a narrow select cuts the end. Auth0's own grants have the address of a page before their name. */
function nameOf({ parameters, api }: Ask): string {
  return `${parameters.get('grant_type')?.replace(/^.*\//, '') ?? 'authorization_code'} · ${api.identifier}`;
}

/** A report asks for all that there is: what it is given is what is permitted. */
export function permittedBy(answer: Answer | undefined): readonly string[] {
  return answer?.kind === 'token' ? scopesOf(answer.claims) : [];
}

/** Whether a login through the client gives a refresh token. */
export function mayRefresh({ grantTypes }: Client, { allowOfflineAccess }: ResourceServer): boolean {
  return grantTypes.includes('refresh_token') && allowOfflineAccess;
}

/** The request of an ask but for its scope, with these secrets. */
function requestOf(ask: Ask, secrets: Readonly<Record<string, string>>): Record<string, string> {
  const { grant_type = '', ...rest } = Object.fromEntries(ask.parameters);
  const { client_secret = '', password = '' } = secrets;
  const request =
    ask.user === undefined ? { grant_type, client_id: ask.client.clientId, client_secret, ...rest } : rest;
  const named = Object.entries(request).filter(([name]) => name !== 'scope');
  return Object.fromEntries(named.map(([name, value]) => [name, name === 'password' ? password : value]));
}

/** @throws QuestionError for a caller, or a grant of its own, that the program no longer declares */
export function askOf({ access }: Known, callerHeading: string, name: string): Ask {
  const caller = access.callers.find((one) => one.kind !== 'role' && heading(one) === callerHeading);
  const ask = caller?.asks.find((one) => nameOf(one) === name);
  if (ask === undefined) throw new QuestionError('The program does not declare this caller, or this grant, any more');
  return ask;
}

/** The secrets that an ask's request has masks for. */
export function secretsOf({ client, parameters }: Ask): Record<string, string> {
  const password = parameters.get('password');
  return { client_secret: client.secret, ...(password !== undefined && { password }) };
}
