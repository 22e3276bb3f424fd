// `npm run example:spa`: serves the page beside this file, for the first client of the running twin that logs users in on
// this machine. `-- --stack prod` chooses another stack, `-- --client web` a client.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { parseArgs, parseEnv } from 'node:util';

type Env = NodeJS.Dict<string>;
type Answer = readonly [type: string, body: string];

const LOOPBACK = /^http:\/\/(localhost|127\.0\.0\.1)(:\d+)?(\/|$)/;
const CLIENT =
  "- { name: web, type: spa, callbacks: ['http://localhost:5173'], origins: ['http://localhost:5173'], logoutUrls: ['http://localhost:5173'], grants: [authorization_code, refresh_token] }";

const { stack, client, 'state-dir': stateDir } = options();

try {
  const env = settings();
  await checkTwin(env);
  serve(env);
} catch (error) {
  fail(error);
}

function options() {
  try {
    return parseArgs({
      options: {
        stack: { type: 'string', default: 'dev' },
        client: { type: 'string' },
        // The same as for `npm start`.
        'state-dir': { type: 'string', default: '.twin' },
      },
    }).values;
  } catch (error) {
    fail(error);
    return process.exit();
  }
}

/** Reads what `npm start` wrote for the client. */
function settings(): Env {
  const folder = `${stateDir}/${stack}`;
  if (!existsSync(`${folder}/run.json`)) throw new Error(`No twin of stack ${stack} is running. Start it: npm start`);
  const found = readdirSync(folder)
    .filter((name) => name.endsWith('.env') && (client === undefined || name === `${client}.env`))
    .map((name) => parseEnv(readFileSync(`${folder}/${name}`, 'utf8')))
    // A web application has a secret; the page can keep none.
    .filter((env) => env['AUTH0_CLIENT_SECRET'] === undefined);
  if (found.length === 0) {
    const what = client === undefined ? 'client of type spa' : `client of type spa named ${client}`;
    throw new Error(`Stack ${stack} declares no ${what}. Add it to api:clients in Pulumi.${stack}.yaml: ${CLIENT}`);
  }
  const local = found.find((env) => LOOPBACK.test(env['VITE_AUTH0_CALLBACK_URL'] ?? ''));
  if (local !== undefined) return local;
  const fix = "Add 'http://localhost:5173' to its callbacks, origins and logoutUrls.";
  throw new Error(`The spa client of stack ${stack} has no callback on http://localhost. ${fix}`);
}

/** A certificate that this process does not trust is the browser's concern. */
async function checkTwin(env: Env): Promise<void> {
  await fetch(new URL('/.well-known/jwks.json', env['VITE_AUTH0_DOMAIN'])).catch((error: unknown) => {
    const { cause } = error as { readonly cause?: { readonly code?: unknown } };
    if (cause?.code === 'ECONNREFUSED') throw new Error(`The twin of stack ${stack} has ended. Start it: npm start`);
  });
}

function serve(env: Env): void {
  let last = env;
  const current = (): Env => {
    try {
      last = settings();
    } catch {
      // The twin has ended: the page says so at its next call.
    }
    return last;
  };
  const callback = new URL(env['VITE_AUTH0_CALLBACK_URL'] ?? '');
  const read = (url: URL): string => readFileSync(url, 'utf8');
  const page = (): Answer => ['text/html; charset=utf-8', read(new URL('index.html', import.meta.url))];
  const sdk = new URL('../auth0-spa-js.production.esm.js', import.meta.resolve('@auth0/auth0-spa-js'));
  const files: Readonly<Record<string, () => Answer>> = {
    '/': page,
    [callback.pathname]: page,
    '/auth0-spa-js.js': () => ['text/javascript', read(sdk)],
    '/env.json': () => ['application/json', JSON.stringify(current())],
  };
  const answer = async ({ url = '/', headers }: IncomingMessage): Promise<Answer | undefined> => {
    const [, repeated] = /^\/repeat(\/.*)/.exec(url) ?? [];
    if (repeated === undefined) return files[url.replace(/\?.*/, '')]?.();
    return ['application/json', JSON.stringify(await repeat(`${current()['VITE_API_URL']}${repeated}`, headers))];
  };
  const server = createServer((request, response) => {
    void answer(request).then((found) => {
      const [type, body] = found ?? ['text/plain', 'not found'];
      response.writeHead(found === undefined ? 404 : 200, { 'content-type': type, 'cache-control': 'no-store' });
      return response.end(body);
    });
  });
  const port = Number(callback.port || 80);
  server.once('error', ({ message }) => fail(`The callback's port cannot be used: ${message}`));
  server.listen(port, '127.0.0.1', () => console.log(`The page is at ${callback.href}. Ctrl+C stops it.`));
}

/** Calls the API without a browser, which keeps a response without CORS headers from its page. */
async function repeat(url: string, { authorization }: IncomingMessage['headers']): Promise<object> {
  try {
    const response = await fetch(url, { headers: authorization === undefined ? {} : { authorization } });
    const reason = response.headers.get('www-authenticate');
    return { Status: response.status, Body: await response.text(), ...(reason !== null && { Reason: reason }) };
  } catch (error) {
    return { Error: `${url} cannot be reached (${String(error)})` };
  }
}

function fail(reason: unknown): void {
  console.error(reason instanceof Error ? reason.message : reason);
  process.exitCode = 1;
}
