import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { AUTHOR, type Access } from '../../.github/scripts/github.ts';

interface FakePost {
  readonly id: number;
  readonly number: number;
  body: string;
  readonly user: { readonly login: string };
  readonly title?: string;
  state: 'open' | 'closed';
  readonly pull_request?: object;
}

/** GitHub's API as far as the workflows' scripts use it, over loopback, with two posts to a page. */
export interface FakeGitHub {
  readonly access: Access;
  readonly comments: FakePost[];
  readonly issues: FakePost[];
  /** Method and path of every request. */
  readonly requests: string[];
  /** What a request gets instead of an answer of the fake's own. */
  answer: ((method: string, path: string) => { status: number; body: unknown; link?: string } | undefined) | undefined;
  readonly end: () => Promise<void>;
}

const TOKEN = 'a-token-of-the-test';
const REPOSITORY = 'acme/api';
const MOST_A_PAGE = 2;

export async function startFakeGitHub(): Promise<FakeGitHub> {
  const server = createServer((request, response) => {
    void (async () => {
      const body = await read(request);
      const { status, answer, link } = fake(request, body);
      response.writeHead(status, { 'content-type': 'application/json', ...(link && { link }) });
      response.end(JSON.stringify(answer));
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const github: FakeGitHub = {
    access: { api, repository: REPOSITORY, token: TOKEN },
    comments: [],
    issues: [],
    requests: [],
    answer: undefined,
    end: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };

  function fake(request: IncomingMessage, body: Partial<FakePost>): { status: number; answer: unknown; link?: string } {
    const url = new URL(request.url ?? '', api);
    const method = request.method ?? '';
    github.requests.push(`${method} ${url.pathname}${url.search}`);
    const given = github.answer?.(method, url.pathname);
    if (given) return { status: given.status, answer: given.body, ...(given.link && { link: given.link }) };
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return { status: 401, answer: { message: 'Bad creds' } };
    const path = url.pathname.replace(`/repos/${REPOSITORY}`, '');
    if (path === '/issues/7/comments')
      return method === 'POST' ? made(github.comments, body) : page(github.comments, url);
    if (path === '/issues') {
      const wanted = url.searchParams.get('state');
      return method === 'POST'
        ? made(github.issues, body)
        : page(
            github.issues.filter(({ state }) => state === wanted),
            url,
          );
    }
    const [, comment] = /^\/issues\/comments\/(\d+)$/.exec(path) ?? [];
    const [, issue] = /^\/issues\/(\d+)$/.exec(path) ?? [];
    const post =
      github.comments.find(({ id }) => String(id) === comment) ??
      github.issues.find(({ number }) => String(number) === issue);
    if (method !== 'PATCH' || post === undefined) return { status: 404, answer: { message: 'Not Found' } };
    Object.assign(post, body);
    return { status: 200, answer: post };
  }
  return github;
}

/** A post that is there already. */
export function post(id: number, body: string, more: Partial<FakePost> = {}): FakePost {
  return { id, number: id, body, user: { login: AUTHOR }, state: 'open', ...more };
}

/** What GitHub Actions sets for every step, and the token. */
export function actionsEnvironment({ access }: FakeGitHub): Record<string, string> {
  return {
    GITHUB_API_URL: access.api,
    GITHUB_REPOSITORY: access.repository,
    GITHUB_TOKEN: access.token,
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_RUN_ID: '9',
  };
}

/** Runs one of the workflows' scripts as a workflow does, with this environment and no other. */
export function runScript(
  name: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<{ failed: boolean; text: string }> {
  const path = fileURLToPath(new URL(`../../.github/scripts/${name}`, import.meta.url));
  return new Promise((resolve) =>
    execFile(process.execPath, [path, ...args], { env }, (error, stdout, stderr) =>
      resolve({ failed: error !== null, text: stdout + stderr }),
    ),
  );
}

function made(posts: FakePost[], body: Partial<FakePost>): { status: number; answer: unknown } {
  const text = body.body ?? '';
  if (text.length > 65_536)
    return { status: 422, answer: { message: 'body is too long (maximum is 65536 characters)' } };
  posts.push(post(1000 + posts.length, text, body.title === undefined ? {} : { title: body.title }));
  return { status: 201, answer: posts.at(-1) };
}

function page(posts: readonly FakePost[], url: URL): { status: number; answer: unknown; link?: string } {
  const number = Number(url.searchParams.get('page') ?? '1');
  const answer = posts.slice((number - 1) * MOST_A_PAGE, number * MOST_A_PAGE);
  if (number * MOST_A_PAGE >= posts.length) return { status: 200, answer };
  const next = new URL(url);
  next.searchParams.set('page', String(number + 1));
  return { status: 200, answer, link: `<${url.href}>; rel="prev", <${next.href}>; rel="next"` };
}

async function read(request: IncomingMessage): Promise<Partial<FakePost>> {
  let text = '';
  for await (const part of request.setEncoding('utf8') as AsyncIterable<string>) text += part;
  return text === '' ? {} : (JSON.parse(text) as Partial<FakePost>);
}
