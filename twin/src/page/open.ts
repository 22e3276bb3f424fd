import { randomUUID } from 'node:crypto';
import { Hono } from 'hono';
import type { Inside, Page } from '../server/page.ts';
import { call } from './call.ts';
import { compilePage, type PageDocument } from './document.ts';
import { entryOf } from './entries.ts';
import { onQuestion, QuestionError, samePage } from './guard.ts';
import { HOW_TO_GET_SECRETS, openKeys } from './keys.ts';
import { eventOf, Live, LISTENERS } from './live.ts';
import { logIn } from './log-in.ts';
import { maskedEvent } from './mask.ts';
import { MASK, type Said } from './messages.ts';
import { QUESTIONS } from './questions.ts';
import { Recorder } from './recorder.ts';
import { askOf, knownOf, secretsOf, stateOf, type Known } from './state.ts';
import { signatureFor } from './signature.ts';

/** The page of a twin: at the tenant's root its document, and below `/_twin/` what that asks for. */
export function openPage(inside: Inside): Page {
  const twin = randomUUID();
  const keys = openKeys(inside.seed);
  const live = new Live(
    {
      last: () => recorder.last,
      since: (id, most) => recorder.since(id, most).map((one) => entryOf(one, known())),
    },
    (error) => inside.onEvent({ kind: 'defect', error }),
  );
  const recorder: Recorder = new Recorder(live.changed);
  const known = (): Known => knownOf(inside.model());
  let problem = '';
  let compiled: Promise<PageDocument> | undefined;

  const app = new Hono();
  const state = (): Said['state'] => ({
    twin,
    state: stateOf(known(), {
      apiUrl: inside.apiUrl(),
      kid: inside.signing().current.kid,
      caFile: inside.caFile() ?? '',
    }),
  });

  app.onError((error, c) => {
    inside.onEvent({ kind: 'defect', error });
    return c.json({ error: 'The twin has a defect, which its terminal shows' }, 500);
  });

  app.use('/', samePage);
  app.use('/_twin/*', samePage);

  for (const name of ['token', 'secrets', 'signature']) app.use(`/_twin/${name}`, keys.holderOnly);

  app.get('/', async (c) => {
    if (keys.letIn(c)) return c.redirect('/', 303);
    compiled ??= compilePage();
    const { html, policy } = await compiled.catch((error: unknown) => {
      // Whoever works on the page looks again.
      compiled = undefined;
      throw error;
    });
    c.header('content-security-policy', policy);
    return c.html(html);
  });

  app.get('/_twin/live', (c) => {
    // Whoever asks for the head alone never listens.
    if (c.req.method === 'HEAD') return c.body(null);
    if (live.full) return c.json({ error: `There are ${LISTENERS} pages open already: close some` }, 503);
    const [before, id] = (c.req.query('after') ?? '').split(' ');
    const after = before === twin ? Number(id) : 0;
    c.header('content-type', 'text/event-stream');
    const access = eventOf('access', { secrets: keys.isHolder(c) });
    const first = [eventOf('state', state()), access, eventOf('problem', { message: problem })];
    return c.body(live.open(first, Number.isSafeInteger(after) ? after : 0));
  });

  onQuestion(app, 'token', QUESTIONS.token, async ({ caller, ask: name, parameters }) => {
    const ask = askOf(known(), caller, name);
    const { user } = ask;
    if (user !== undefined) return logIn({ ...ask, user }, parameters['scope'] ?? '', inside.tenant);
    const secrets = secretsOf(ask);
    const real = Object.entries(parameters).map(([name, value]) => [name, value === MASK ? secrets[name] : value]);
    const response = await inside.tenant(
      new Request('http://localhost/oauth/token', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(Object.fromEntries(real)),
      }),
    );
    return { status: response.status, body: (await response.json()) as Record<string, unknown>, steps: [] };
  });

  onQuestion(app, 'secrets', QUESTIONS.secrets, ({ caller, ask }) => secretsOf(askOf(known(), caller, ask)));

  onQuestion(app, 'signature', QUESTIONS.signature, ({ signed, alg }) => ({
    signature: signatureFor(inside.signing().current, signed, alg),
  }));

  onQuestion(app, 'call', QUESTIONS.call, (question) => call(question, known(), { apiUrl: inside.apiUrl(), recorder }));

  onQuestion(app, 'event', QUESTIONS.event, ({ requestId, reveal }, c) => {
    if (reveal && !keys.isHolder(c)) throw new QuestionError(HOW_TO_GET_SECRETS);
    const { decision, invocation } = recorder.find(requestId)?.exchange ?? {};
    if (decision === undefined || invocation === undefined) {
      throw new QuestionError('This event is not kept any more: make the request again');
    }
    const event = reveal ? invocation.event : maskedEvent(invocation.event, decision.route);
    return { event: JSON.stringify(event, null, 2) };
  });

  return {
    app,
    key: keys.key,
    onEvent: (event) => {
      if (event.kind !== 'reload') {
        recorder.record(event);
        return;
      }
      problem = event.problem ?? '';
      if (problem === '') live.say('state', state());
      live.say('problem', { message: problem });
    },
    close: () => live.close(),
  };
}
