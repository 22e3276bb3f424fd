import { accessOf, type Access, type Answer } from '../report/cells.ts';
import type { Ask, Caller } from '../report/callers.ts';
import { cellText, heading, needsOf } from '../report/texts.ts';
import { failedCheck, type Claims, type Decision } from '../gateway/decision.ts';
import { eachApi, pathTo, type Model } from '../model/model.ts';
import { clientName, clientNames } from '../model/names.ts';
import { asSecondIssuer, type Tenant } from '../model/tenant.ts';
import { scopesOf } from '../gateway/judge.ts';
import { issuerOf } from '../tenant/claims.ts';
import { MASK, type Advice, type ShownApi, type ShownAsk, type ShownCaller, type ShownState } from './messages.ts';
import { QuestionError } from './guard.ts';

export interface Known {
  readonly model: Model;
  /** The first API's report; callers are the same for each API. */
  readonly access: Access;
  readonly accesses: readonly Access[];
}

const known = new WeakMap<Model, Known>();

export function knownOf(model: Model): Known {
  const before = known.get(model);
  if (before !== undefined) return before;
  const accesses = eachApi(model).map((one) => accessOf(one));
  const now = { model, access: accesses[0] ?? accessOf(model), accesses };
  known.set(model, now);
  return now;
}

interface Addresses {
  readonly apiUrls: readonly string[];
  readonly kid: string;
  readonly caFile: string;
  readonly startCommand: string;
}

/** Returns what the page shows of a stack. The matrix has the access report's texts. */
export function stateOf({ model, access, accesses }: Known, { apiUrls, ...addresses }: Addresses): ShownState {
  const { stack, tenant, apis } = model;
  return {
    ...addresses,
    stack,
    issuers: issuersOf(tenant),
    apis: apis.map(({ name }, at): ShownApi => {
      const rows = accesses[at]?.rows ?? [];
      return { name, url: apiUrls[at] ?? '', rows: rows.map((row) => shownRow(row, model)) };
    }),
    callers: access.callers.map((caller) => shownCaller(caller, access.answers.get(caller) ?? [])),
    clients: clientNames(tenant, model.stack).map(({ declared, name }) => ({ clientId: declared.clientId, name })),
    users: tenant.users.map(({ userId, email }) => ({ userId, email })),
  };
}

function issuersOf(tenant: Tenant): readonly string[] {
  return [...new Set([tenant, asSecondIssuer(tenant)].map(issuerOf))];
}

type Row = Access['rows'][number];

function shownRow({ route, cells }: Row, model: Model): ShownApi['rows'][number] {
  return {
    routeKey: route.routeKey,
    needs: needsOf(route),
    cells: cells.map(cellText),
    opens: cells.map(opensOf),
    path: pathTo(route, model),
  };
}

function opensOf({ reason }: Row['cells'][number]): readonly string[] {
  return reason.kind === 'scopes' ? reason.scopes : [];
}

/** The most other callers that a rejected request suggests. */
const OTHERS = 3;

/** Returns what the access report says about a request without a token or a scope; undefined for any other. */
export function adviceOn({ checks, claims, route }: Decision, api: string, known: Known): Advice | undefined {
  const failed = failedCheck({ checks });
  if (failed?.name !== 'scope' && failed?.name !== 'token') return undefined;
  const { rows } = known.accesses[known.model.apis.findIndex(({ name }) => name === api)] ?? { rows: [] };
  const cells = rows.find((row) => row.route.routeKey === route?.routeKey)?.cells ?? [];
  const own = claims && cells.find(({ caller }) => isBearer(caller, claims));
  const others = cells.filter(
    ({ caller, allowed }) => allowed && caller !== own?.caller && caller.kind !== 'role' && caller.asks.length > 0,
  );
  return {
    caller: own === undefined ? '' : heading(own.caller),
    scopes: own === undefined ? [] : opensOf(own),
    others: others
      .filter(({ caller }, at) => others.findIndex((one) => one.caller.name === caller.name) === at)
      .slice(0, OTHERS)
      .map(({ caller }) => heading(caller)),
  };
}

function isBearer(caller: Caller, { sub, azp, gty }: Claims): boolean {
  if (caller.kind === 'client') return caller.client.clientId === azp && sub === `${caller.client.clientId}@clients`;
  if (caller.kind !== 'user' || caller.user.userId !== sub || caller.client?.clientId !== azp) return false;
  return (typeof gty === 'string' && gty.includes('password')) === (caller.flow === 'password');
}

function shownCaller(caller: Caller, answers: readonly Answer[]): ShownCaller {
  // A role's requests use an invented user.
  const asks = caller.kind === 'role' ? [] : caller.asks;
  return {
    heading: heading(caller),
    kind: caller.kind,
    name: caller.name,
    detail: detailOf(caller),
    asks: asks.map((ask) =>
      shownAsk(
        ask,
        answers.find((answer) => answer.ask === ask),
      ),
    ),
  };
}

function detailOf(caller: Caller): string {
  if (caller.kind === 'anyone') return '';
  if (caller.kind === 'client') {
    return caller.grantType === 'client_credentials' ? '' : (caller.grantType ?? 'no grant type');
  }
  return caller.through === '' ? '' : `through ${caller.through} (${caller.flow ?? 'password'})`;
}

function shownAsk(ask: Ask, answer: Answer | undefined): ShownAsk {
  return {
    name: nameOf(ask),
    login: ask.user !== undefined,
    parameters: requestOf(ask),
    declared: ask.api.scopes,
    permitted: permittedBy(answer),
  };
}

/** Starts with the part that differs: a narrow select cuts the end. Removes the URL prefix of Auth0's own grants. */
function nameOf({ parameters, api }: Ask): string {
  return `${parameters.get('grant_type')?.replace(/^.*\//, '') ?? 'authorization_code'} · ${api.identifier}`;
}

/** Returns the permitted scopes: the report requests all scopes, and the tenant grants the permitted ones. */
export function permittedBy(answer: Answer | undefined): readonly string[] {
  return answer?.kind === 'token' ? scopesOf(answer.claims) : [];
}

function requestOf({ client, user, parameters }: Ask): Record<string, string> {
  const { grant_type = '', scope: _, ...rest } = Object.fromEntries(parameters);
  const masked = { ...rest, ...('password' in rest && { password: MASK }) };
  return user === undefined ? { grant_type, client_id: client.clientId, client_secret: MASK, ...masked } : masked;
}

/** @throws QuestionError for an API, caller or grant that the program no longer declares */
export function askOf({ model, access, accesses }: Known, callerHeading: string, name: string, api?: string): Ask {
  const ofApi = api === undefined ? access : accesses[model.apis.findIndex((one) => one.name === api)];
  if (ofApi === undefined) throw new QuestionError('The program no longer declares this API');
  const caller = ofApi.callers.find((one) => one.kind !== 'role' && heading(one) === callerHeading);
  const ask = caller?.asks.find((one) => nameOf(one) === name);
  if (ask === undefined) throw new QuestionError('The program no longer declares this caller or this grant');
  if (ask.client.keys !== undefined) {
    throw new QuestionError(
      `${clientName(model, ask.client.clientId)} signs its token requests with its private key, which the twin does not have. The token command does it with --key`,
    );
  }
  return ask;
}

export function secretsOf({ client, parameters }: Ask): Record<string, string> {
  const password = parameters.get('password');
  return { client_secret: client.secret, ...(password !== undefined && { password }) };
}
