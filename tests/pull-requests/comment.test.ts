import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { commentBody, marker, type Preview } from '../../.github/scripts/comment-body.ts';
import { writeComment } from '../../.github/scripts/comment.ts';
import { stackName } from '../../.github/scripts/environment.ts';
import { bytes, MOST_BYTES } from '../../.github/scripts/text.ts';
import { folderWith } from '../support/folder.ts';
import { actionsEnvironment, post, runScript, startFakeGitHub, type FakeGitHub } from '../support/github.ts';

const RUN = 'https://github.com/acme/api/actions/runs/9';
const TABLE = `### Access of stack \`dev\`

Stack \`dev\`, since \`HEAD^1\`: 1 caller gains:

| Caller | Gains | Loses |
| --- | --- | --- |
| \`test-app\` (client_credentials) | \`GET /orders\` (\`read:orders\`)<br>the permission \`read:orders\` |  |`;
const OUTPUT = `Previewing update (dev):
    ~ aws:apigatewayv2/route:Route: (update)
      ~ authorizationScopes: [
          + [1]: "read:orders"
        ]
Resources:
    ~ 1 to update
    21 unchanged
`;
const preview: Preview = {
  stack: 'dev',
  succeeded: true,
  output: OUTPUT,
  access: TABLE,
  commit: '0123456789abcdef0123456789abcdef01234567',
  runUrl: RUN,
};

let github: FakeGitHub;
beforeAll(async () => {
  github = await startFakeGitHub();
});
afterAll(() => github.end());
beforeEach(() => {
  github.comments.length = 0;
  github.requests.length = 0;
  github.answer = undefined;
});

describe('The comment on a stack', () => {
  it('The comment begins with its marker, then the table as it is, then the changes in a code block', () => {
    const body = commentBody(preview);
    expect(body.startsWith(`${marker('dev')}\n\n## Stack \`dev\` at 0123456789: preview\n`)).toBe(true);
    expect(body).toContain(`\n\n${TABLE}\n\n`);
    expect(body).toContain(`\n\n\`\`\`diff\n${OUTPUT.trimEnd()}\n\`\`\`\n\n`);
    expect(body).toContain(RUN);
  });

  it('The comment says in a sentence that no resource changes', () => {
    const output = 'Previewing update (dev):\n  pulumi:pulumi:Stack: (same)\nResources:\n    22 unchanged\n';
    expect(commentBody({ ...preview, output })).toContain('### Resources\n\nNo resource changes.\n');
    const changed = output.replace('22', '+ 1 to create\n    21');
    expect(commentBody({ ...preview, output: changed })).not.toContain('No resource changes');
    expect(commentBody({ ...preview, output: 'no such section' })).not.toContain('No resource changes');
  });

  it('The comment on a failed preview says so and shows what the CLI printed, whatever that contains', () => {
    const output = 'error: no stack named dev\nResources:\n    22 unchanged';
    const body = commentBody({ ...preview, succeeded: false, output });
    expect(body).toContain('the preview **failed**');
    expect(body).toContain(`\`\`\`text\n${output}\n\`\`\``);
    expect(body).not.toContain('No resource changes');
  });

  it('The comment on a job without a preview or a table says so, and links to the log', () => {
    const body = commentBody({ ...preview, succeeded: false, output: undefined, access: undefined });
    expect(body).toContain('There is no preview');
    expect(body).toContain('`npm run access` failed');
    expect(body.split(RUN).length).toBeGreaterThan(3);
    expect(commentBody({ ...preview, access: '\n' })).toContain('printed nothing');
  });

  it('The comment folds long output, and cuts the middle of what is too long, by whole lines', () => {
    const lines = Array.from({ length: 9000 }, (_, index) => `  + aws:lambda/function:Function f${index} created 🚀`);
    const body = commentBody({ ...preview, output: [...lines, 'Resources:', '    + 9000 to create'].join('\n') });
    expect(bytes(body)).toBeLessThanOrEqual(MOST_BYTES);
    expect(bytes(body)).toBeGreaterThan(MOST_BYTES - 500);
    expect(body).toContain('<details><summary>9002 lines</summary>');
    expect(body).toMatch(/f0 created 🚀\n/);
    expect(body).toMatch(/\n\[… \d+ lines left out: the log has them …\]\n/);
    expect(body).toMatch(/Resources:\n {4}\+ 9000 to create\n```/);
  });

  it.each([
    { what: 'a table of a megabyte', access: `${TABLE}\n`.repeat(10_000) },
    { what: 'output of one endless line', output: 'x'.repeat(1_000_000) },
    { what: 'output of backticks', output: '`'.repeat(30_000) },
    { what: 'output of lines of backticks', output: `${'`'.repeat(2000)}\n`.repeat(500) },
    { what: 'output of a hundred thousand empty lines', output: `a${'\n'.repeat(100_000)}b` },
  ])('The comment fits GitHub’s limit with $what', ({ what, ...more }) => {
    expect(what).not.toBe('');
    expect(bytes(commentBody({ ...preview, ...more }))).toBeLessThanOrEqual(MOST_BYTES);
  });

  it.each([
    { what: 'a fence', line: '```' },
    { what: 'a longer fence', line: '``````' },
    { what: 'another kind of fence', line: '~~~' },
    { what: 'the marker of another stack', line: marker('prod') },
    { what: 'the end of the folded part', line: '</details>' },
    { what: 'an open comment', line: '<!--' },
    { what: 'a mention', line: '@acme/owners' },
  ])('The comment keeps $what in the output inside the code block', ({ line }) => {
    const output = `${line}\n### Stack \`prod\`: all is well\n${line}`;
    const body = commentBody({ ...preview, output });
    const [, fence = '', inside] = /\n(`{3,})diff\n([^]*?)\n\1\n/.exec(body) ?? [];
    expect(inside).toBe(output);
    expect(output).not.toContain(fence);
  });

  it.each(['<!-- the rest is hidden', '```', '~~~', '<details>', '<br >', '<BR><script>'])(
    'The comment shows a table with %s as plain text, so that it hides nothing after it',
    (line) => {
      const body = commentBody({ ...preview, access: `${TABLE}\n${line}` });
      const [, fence = '', inside] = /\n(`{3,})text\n([^]*?)\n\1\n/.exec(body) ?? [];
      expect(inside).toBe(`${TABLE}\n${line}`);
      expect(line).not.toContain(fence);
    },
  );

  it('The comment removes colours, and makes characters visible that move the cursor or reorder text', () => {
    const output = '\u001B[1;32m+ created\u001B[0m\r\n\u001B]8;;https://x.example\u0007link\u0000\u202Eesrever\tx';
    expect(commentBody({ ...preview, output })).toContain('\n+ created\nlink\\u{0}\\u{202e}esrever    x\n');
  });
});

it('A stack name that could end the marker is rejected', () => {
  expect(() => stackName('dev --> x')).toThrow('"dev --> x" is no name of a stack');
});

describe('Writing the comment', () => {
  const bodies = (): string[] => github.comments.map(({ body }) => body);

  it('The comment is written once for each stack, and updated from then on', async () => {
    for (const stack of ['dev', 'prod', 'dev', 'prod']) {
      const round = github.comments.length;
      await writeComment(github.access, 7, stack, `${marker(stack)} round ${round}`);
    }
    expect(bodies()).toEqual([`${marker('dev')} round 2`, `${marker('prod')} round 2`]);
  });

  it('The comment is updated if it is on a late page', async () => {
    for (let id = 1; id <= 7; id += 1) github.comments.push(post(id, `talk ${id}`, { user: { login: 'someone' } }));
    github.comments.push(post(8, `${marker('dev')} old`));
    await writeComment(github.access, 7, 'dev', `${marker('dev')} new`);
    expect(github.comments).toHaveLength(8);
    expect(github.comments.at(-1)?.body).toBe(`${marker('dev')} new`);
    expect(github.requests.filter((request) => request.startsWith('GET '))).toHaveLength(4);
  });

  it.each([
    {
      whose: 'a person’s comment that begins with the marker',
      more: { user: { login: 'mallory' } },
      body: marker('dev'),
    },
    { whose: 'a workflow’s comment that quotes the marker', more: {}, body: `> ${marker('dev')}` },
    { whose: 'the comment of a stack whose name begins the same', more: {}, body: marker('dev2') },
  ])('The script never overwrites $whose', async ({ more, body }) => {
    github.comments.push(post(1, body, more));
    await writeComment(github.access, 7, 'dev', marker('dev'));
    expect(bodies()).toEqual([body, marker('dev')]);
  });

  it.each([
    { what: 'an error', answer: { status: 502, body: { message: 'Bad Gateway' } }, error: /GitHub answered 502/ },
    { what: 'a response that is not a list', answer: { status: 200, body: { message: 'hm' } }, error: /is no list/ },
    {
      what: 'a next page on another host',
      answer: { status: 200, body: [], link: '<http://127.0.0.1:1/steal>; rel="next"' },
      error: /another host/,
    },
  ])('The script writes nothing if the search finds $what, and the error has no token', async ({ answer, error }) => {
    github.answer = (method) => (method === 'GET' ? answer : undefined);
    const failure = await writeComment(github.access, 7, 'dev', 'text').catch((reason: unknown) => reason);
    expect(String(failure)).toMatch(error);
    expect(String((failure as Error).stack)).not.toContain(github.access.token);
    expect(bodies()).toEqual([]);
  });

  it('The script ends its search when the pages never end', async () => {
    const link = `<${github.access.api}/repos/acme/api/issues/7/comments?page=2>; rel="next"`;
    github.answer = () => ({ status: 200, body: [], link });
    await expect(writeComment(github.access, 7, 'dev', 'text')).rejects.toThrow('no end after 100 pages');
  });

  it('The script writes the comment as the workflow calls it, from the folder of an earlier job', async () => {
    const folder = fileURLToPath(folderWith({ 'preview.txt': OUTPUT, 'access.md': TABLE }));
    const environment = {
      ...actionsEnvironment(github),
      PULL_REQUEST: '7',
      COMMIT: preview.commit,
      STACK: 'dev',
      RESULT: 'success',
    };
    expect(await runScript('comment.ts', [folder], environment)).toEqual({ failed: false, text: '' });
    expect(bodies()).toEqual([commentBody(preview)]);
  });
});
