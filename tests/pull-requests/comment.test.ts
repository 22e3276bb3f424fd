import { readFileSync, symlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { commentBody } from '../../.github/scripts/comment.ts';
import { readPreviews, readReport, type Preview } from '../../.github/scripts/stacks.ts';
import { plainLines } from '../../.github/scripts/text.ts';
import { folderWith } from '../support/folder.ts';
import { runStep } from './run-step.ts';

/** GitHub's, less what the sticky comment's action adds. */
const LIMIT = 65_536 - '\n<!-- Sticky Pull Request Commentpreview -->'.length;
const ACCESS = `dev, qa: role clerk gains 1 route; nothing else changes

Stacks \`dev\`, \`qa\`, since \`HEAD^1\`
  ! \`GET /orders\` is public
  role \`clerk\`
    + gains \`GET /orders\` (\`read:orders\`)
`;
const changed = (stack: string, id: string, scope = 'read:orders') => `Previewing update (${stack}):
    ~ aws:apigatewayv2/route:Route: (update)
        [id=${id}]
        [urn=urn:pulumi:${stack}::api::aws:apigatewayv2/route:Route::api-orders]
        [provider=urn:pulumi:${stack}::api::pulumi:providers:aws::default_7_0_0::0be1d4f3-${id}]
      ~ authorizationScopes: [
          + [0]: "${scope}"
        ]
Resources:
    ~ 1 to update
    21 unchanged
`;
const SAME = 'Previewing update:\n  pulumi:pulumi:Stack: (same)\nResources:\n    22 unchanged\n';
const preview = (stack: string, output: string, code: number | undefined = 0): Preview => ({
  stack,
  code,
  lines: plainLines(output),
});
const body = (previews: readonly Preview[], access: string | undefined = ACCESS): string =>
  commentBody(access, previews, '<sub>last</sub>');

/** What GitHub reads as Markdown: the body without its code blocks and code spans. */
function outside(text: string): string {
  let fence = '';
  const open = text.split('\n').filter((line) => {
    const [, mark = ''] = /^ {0,3}(`{3,}|~{3,})/.exec(line) ?? [];
    if (fence === '') {
      fence = mark;
      return mark === '';
    }
    if (mark.startsWith(fence) && line.trim() === mark) fence = '';
    return false;
  });
  expect(fence, 'an open fence').toBe('');
  return open.join('\n').replace(/(`+)(?!`).*?[^`]\1(?!`)/g, '');
}

describe('The comment on a pull request', () => {
  it('The comment starts with the headline, shows stacks that change alike once, and hides what does not change', () => {
    const diff = changed('dev', 'a1').trimEnd();
    const all = [
      preview('dev', changed('dev', 'a1')),
      preview('prod', SAME),
      preview('qa', changed('qa', 'b2')),
      preview('test', '', undefined),
      preview('web', SAME),
    ];
    expect(body(all)).toBe(`**\`\` dev, qa: role clerk gains 1 route; nothing else changes \`\`**

\`\`\`diff
Stacks \`dev\`, \`qa\`, since \`HEAD^1\`
!  \`GET /orders\` is public
  role \`clerk\`
+    gains \`GET /orders\` (\`read:orders\`)
\`\`\`

### \`dev\`, \`qa\`: resources change

<details open><summary>11 lines</summary>

\`\`\`diff
${diff}
\`\`\`

</details>

### \`prod\`, \`web\`: no resource changes

### \`test\`: no preview (yet)

<sub>last</sub>`);
  });

  it('The comment is three lines if nothing changes', () => {
    expect(body([preview('dev', SAME), preview('prod', SAME)], 'dev, prod: nothing changes\n')).toBe(
      '**`` dev, prod: nothing changes ``**\n\n### `dev`, `prod`: no resource changes\n\n<sub>last</sub>',
    );
  });

  it.each([
    ['in a value', changed('qa', 'b2', 'write:orders'), 0],
    ['in the other stack’s name', changed('dev', 'b2'), 0],
    ['in the exit code', changed('qa', 'b2'), 1],
  ])('The comment shows two stacks apart that differ %s', (_what, output, code) => {
    const text = body([preview('dev', changed('dev', 'a1')), preview('qa', output, code)]);
    expect(text).toContain('### `dev`: resources change');
    expect(text).toContain(`### \`qa\`: ${code === 0 ? 'resources change' : 'the preview **failed**'}`);
  });

  it('The comment says that a preview failed even if its output ends like one without changes', () => {
    expect(body([preview('dev', `error: no stack\n${SAME}`, 255)])).toContain('the preview **failed**');
    expect(body([preview('dev', '', 255)])).toContain('the preview **failed**');
    expect(body([preview('dev', 'Resources:\n    + 1 to create\n    21 unchanged')])).toContain('resources change');
    expect(body([preview('dev', 'no such section')])).toContain('### `dev`: resources change');
  });

  it('The comment says that access was not compared if the command failed', () => {
    expect(commentBody(undefined, [], 'last')).toBe(
      '**`` access cannot be compared: npm run access failed ``**\n\nlast',
    );
  });

  it.each([
    ['33,000 backticks', '`'.repeat(33_000)],
    ['lines of backticks', `${'`'.repeat(2000)}\n`.repeat(50)],
    ['a fence of tildes', '~~~\n# forged\n~~~'],
    ['a fence with spaces', '   ```   \n# forged\n@acme/owners'],
    ['a heading', '## prod: nothing changes'],
    ['a mention', '@acme/owners please approve'],
    ['a link and an image', '[log](https://evil.example) ![](https://evil.example/x.png) https://evil.example'],
    ['the end of the folded part', '</details>\n\n# forged'],
    ['an open comment', '<!-- the rest is hidden'],
    ['the marker of the comment’s action', '<!-- Sticky Pull Request Commentother -->'],
    ['a code span that ends', '`` ` ``` ```` **forged**'],
    ['line ends of Unicode', '\u2028# forged\u2029# forged\u0085# forged\r# forged'],
    ['an endless line', 'x'.repeat(200_000)],
    ['forty thousand empty lines', `a${'\n'.repeat(40_000)}b`],
    ['characters of four bytes', '🚀'.repeat(50_000)],
  ])(
    'The comment makes %s neutral, in the headline, in the access and in a preview, and fits the limit',
    (_what, hostile) => {
      const stacks = ['dev', 'prod'];
      const access = `${hostile}\n${ACCESS}\n${hostile}`;
      const text = body(
        stacks.map((stack, index) => preview(stack, `${hostile}\n${index}\n${hostile}`)),
        access,
      );
      expect(text.length).toBeLessThanOrEqual(LIMIT);
      const frame = outside(text).replace(/<details( open)?><summary>\d+ lines<\/summary>|<\/details>/g, '');
      expect(frame.replace(/\s+/g, ' ')).toBe(`**** ${'### : resources change '.repeat(2)}<sub>last</sub>`);
    },
  );

  it('The comment keeps the beginning and the end of long output, and folds it', () => {
    const lines = Array.from({ length: 9000 }, (_, index) => `  + aws:lambda/function:Function f${index} created 🚀`);
    const text = body([preview('dev', [...lines, 'Resources:', '    + 9000 to create'].join('\n'))]);
    expect(text.length).toBeGreaterThan(LIMIT - 2000);
    expect(text).toContain('<details><summary>9002 lines</summary>');
    expect(text).toMatch(
      /f0 created 🚀\n[^]*\n\[… left out: the log has it …\]\n[^]*Resources:\n {4}\+ 9000 to create\n```/,
    );
  });

  it('The comment removes colors, and makes characters visible that move the cursor or reorder text', () => {
    const output = '\u001B[1;32m+ created\u001B[0m\r\n\u001B]8;;https://x.example\u0007link\u0000\u202Eesrever\tx';
    expect(body([preview('dev', output)])).toContain('\n+ created\nlink\\u{0}\\u{202e}esrever    x\n');
  });
});

describe('The files of the previews', () => {
  it.each(['dev --> x', '../dev', 'a b', '', '`dev`', 7, null])('A stack cannot be called %j', (name) => {
    expect(() => readPreviews('.', JSON.stringify([name]))).toThrow(
      `${JSON.stringify(name)} is not the name of a stack`,
    );
  });

  it('A link in an artifact is not followed', () => {
    const folder = folderWith({ secret: 'hidden' });
    symlinkSync('secret', new URL('dev.txt', folder));
    expect(readReport(fileURLToPath(folder), 'dev.txt')).toBeUndefined();
    expect(readReport(fileURLToPath(folder), 'secret')).toBe('hidden');
  });

  it('The step of the workflow composes the comment from what the jobs left', () => {
    const files = { 'report/access.txt': ACCESS, 'report/dev.txt': SAME, 'report/dev.code': '0\n' };
    const folder = runStep('preview.yml', 'comment', 'Compose the comment', files, {
      STACKS: '["dev","prod"]',
      LAST: '<sub>last</sub>',
    });
    const all = [preview('dev', SAME), preview('prod', '', undefined)];
    expect(readFileSync(new URL('comment.md', folder), 'utf8')).toBe(`${body(all)}\n`);
  });
});
