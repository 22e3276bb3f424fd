/** Where GitHub's REST API is, and as whom to speak to it. */
export interface Access {
  /** Without a slash at its end; GitHub Actions has it in `GITHUB_API_URL`. */
  readonly api: string;
  /** `owner/name` */
  readonly repository: string;
  readonly token: string;
}

/** An issue or a comment, which have in common what is read here. */
export interface Post {
  readonly id: number;
  /** An issue's number in its repository; a comment has none. */
  readonly number?: number;
  readonly body: string | null;
  readonly user: { readonly login: string } | null;
  /** Present when an issue is in truth a pull request. */
  readonly pull_request?: unknown;
}

/** Whom the token that GitHub gives a workflow writes as. */
export const AUTHOR = 'github-actions[bot]';

/** 100 pages of 100: more is a loop. */
const MOST_PAGES = 100;

/**
 * Calls GitHub's REST API.
 * @param path below `/repos/<owner>/<name>`, like `/issues/7/comments`
 * @throws Error with method, path and status for every answer but a 2xx; never with the token
 */
export async function call(access: Access, method: 'POST' | 'PATCH', path: string, body: object): Promise<void> {
  await request(access, method, `${access.api}/repos/${access.repository}${path}`, body);
}

/**
 * The first that is found of a list, which is searched page by page to its end.
 * Source: https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api (the link header)
 */
export async function find(access: Access, path: string, wanted: (post: Post) => boolean): Promise<Post | undefined> {
  let url: string | undefined = `${access.api}/repos/${access.repository}${path}`;
  for (let page = 0; url !== undefined; page += 1) {
    if (page === MOST_PAGES) throw new Error(`GET ${path}: no end after ${MOST_PAGES} pages`);
    const response: Response = await request(access, 'GET', url);
    const posts: unknown = await response.json();
    if (!Array.isArray(posts)) throw new Error(`GET ${path}: the answer is no list`);
    const found = (posts as readonly Post[]).find(wanted);
    if (found !== undefined) return found;
    url = nextPage(response.headers.get('link'), access.api);
  }
  return undefined;
}

/** Whether a post is one of ours: written by the workflow's own account, and begun with the marker. */
export function isOurs(post: Post, marker: string): boolean {
  return post.user?.login === AUTHOR && (post.body ?? '').startsWith(marker);
}

/** The token goes nowhere but to the API, wherever a link points. */
function nextPage(link: string | null, api: string): string | undefined {
  const [, next] = /<([^>]+)>;\s*rel="next"/.exec(link ?? '') ?? [];
  if (next === undefined) return undefined;
  if (!URL.canParse(next) || new URL(next).origin !== new URL(api).origin) {
    throw new Error('GitHub’s next page is on another host');
  }
  return next;
}

async function request(access: Access, method: string, url: string, body?: object): Promise<Response> {
  const response = await fetch(url, {
    method,
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${access.token}`,
      'content-type': 'application/json',
      'x-github-api-version': '2022-11-28',
    },
    ...(body && { body: JSON.stringify(body) }),
    redirect: 'error',
    signal: AbortSignal.timeout(30_000),
  });
  if (response.ok) return response;
  const text = (await response.text()).slice(0, 500);
  throw new Error(`${method} ${new URL(url).pathname}: GitHub answered ${response.status}\n${text}`);
}
