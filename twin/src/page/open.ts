import { randomUUID } from 'node:crypto';
import { Hono } from 'hono';
import { secondIssuerUrl } from '../model/tenant.ts';
import type { Inside, Page } from '../server/page.ts';
import { call, curlOf, replay, urlOf, wholeRequest } from './call.ts';
import { compilePage } from './document.ts';
import { entryOf } from './entries.ts';
import { QuestionError, samePage, serveAnswers } from './guard.ts';
import { openKeys } from './keys.ts';
import { openLive } from './live.ts';
import { logIn } from './log-in.ts';
import { maskedEvent, maskedRequest } from './mask.ts';
import { MASK, type StreamEvents } from './messages.ts';
import { Recorder, type ApiHappening } from './recorder.ts';
import { askOf, knownOf, secretsOf, stateOf, type Known } from './state.ts';

/** The hash of each RSA algorithm; any other algorithm signs with RS256's. */
const DIGESTS: ReadonlyMap<string, 'sha384' | 'sha512'> = new Map([
  ['RS384', 'sha384'],
  ['RS512', 'sha512'],
]);

/** Creates a twin's page: its document at the tenant's root, and its endpoints below `/_twin/`. */
export function openPage(inside: Inside): Page {
  const { startCommand } = inside;
  const twin = randomUUID();
  const keys = openKeys(inside.seed, startCommand);
  const known = (): Known => knownOf(inside.model());
  const defect = (error: unknown): void => inside.onEvent({ kind: 'defect', error });
  const recorder: Recorder = new Recorder(() => live.changed());
  const live: ReturnType<typeof openLive> = openLive(
    {
      twin,
      last: () => recorder.last,
      since: (id, most) => recorder.since(id, most).map((one) => entryOf(one, known())),
    },
    defect,
  );
  const around = (): Parameters<typeof call>[1] => ({ known: known(), apiUrls: inside.apiUrls(), recorder });
  const kept = (requestId: string): ApiHappening => {
    const found = recorder.find(requestId);
    if (found === undefined) throw new QuestionError('This request is no longer kept');
    return found;
  };
  const state = (): StreamEvents['state'] => ({
    twin,
    state: stateOf(known(), {
      apiUrls: inside.apiUrls(),
      kid: inside.signing().current.kid,
      caFile: inside.caFile() ?? '',
      startCommand,
    }),
  });
  /** Why the last reload failed; empty if it succeeded. */
  let problem = '';

  const app = new Hono();
  app.onError((error, c) => {
    defect(error);
    return c.json({ error: 'The twin failed; its terminal shows the error' }, 500);
  });
  app.use('/', samePage);
  app.use('/_twin/*', samePage);

  app.get('/', async (c) => {
    if (keys.letIn(c)) return c.redirect('/', 303);
    const { html, policy } = await compilePage();
    c.header('content-security-policy', policy);
    return c.html(html);
  });

  app.get('/_twin/live', (c) => {
    // A HEAD request never reads its stream.
    if (c.req.method === 'HEAD') return c.body(null);
    const [before, id] = (c.req.header('last-event-id') ?? c.req.query('after') ?? '').split(' ');
    const after = before === twin ? Number(id) : 0;
    const first = [
      ['state', state()],
      ['access', { secrets: keys.isHolder(c) }],
      ['problem', { message: problem }],
    ] as const;
    return live.open(c, first, Number.isSafeInteger(after) ? after : 0);
  });

  serveAnswers(app, keys, {
    token: async ({ api, caller, ask: name, parameters }) => {
      const ask = askOf(known(), caller, name, api);
      const isFirst = ask.tenant.issuerDomain === known().model.tenant.issuerDomain;
      const tenantUrl = isFirst ? 'http://localhost' : secondIssuerUrl('http://localhost:80');
      const { user } = ask;
      if (user !== undefined) return logIn({ ...ask, user }, parameters['scope'] ?? '', inside.tenant, tenantUrl);
      const secrets = secretsOf(ask);
      const real = Object.entries(parameters).map(([name, value]) => [name, value === MASK ? secrets[name] : value]);
      const response = await inside.tenant(
        new Request(`${tenantUrl}/oauth/token`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(Object.fromEntries(real)),
        }),
      );
      return { status: response.status, body: (await response.json()) as Record<string, unknown>, steps: [] };
    },
    secrets: ({ caller, ask }) => secretsOf(askOf(known(), caller, ask)),
    signature: ({ signed, alg }) => {
      const signature = inside.signing().current.signatureOf(signed, DIGESTS.get(alg) ?? 'sha256');
      return { signature: signature.toString('base64url') };
    },
    call: (question) => call(question, around()),
    replay: ({ requestId }) => replay(kept(requestId), around()),
    curl: ({ requestId }, isHolder) => {
      const happening = kept(requestId);
      const request = wholeRequest(happening);
      const sent = isHolder ? request : maskedRequest(request, happening.exchange.decision.route);
      return { command: curlOf(sent, urlOf(happening.api.name, around())) };
    },
    event: ({ requestId, reveal }, isHolder) => {
      if (reveal && !isHolder) throw new QuestionError(keys.howToGetSecrets);
      const { decision, invocation } = kept(requestId).exchange;
      if (invocation === undefined) throw new QuestionError('No handler received an event for this request');
      const event = reveal ? invocation.event : maskedEvent(invocation.event, decision.route);
      return { event: JSON.stringify(event, null, 2) };
    },
  });

  return {
    app,
    key: keys.key,
    onEvent: (event) => {
      switch (event.kind) {
        case 'api':
        case 'unread':
        case 'token':
        case 'tenant':
          return recorder.record(event);
        case 'reload':
          problem = event.problem ?? '';
          if (problem === '') live.say('state', state());
          return live.say('problem', { message: problem });
        // The terminal shows these.
        case 'defect':
        case 'notice':
        case 'printed':
          return undefined;
        default:
          return event satisfies never;
      }
    },
    close: () => live.close(),
  };
}
