import { commentBody, marker } from './comment-body.ts';
import { access, needed, reportFile, runUrl, stackName } from './environment.ts';
import { call, find, isOurs, type Access } from './github.ts';

/** Writes the stack's comment on a pull request, over the one that is there already. */
export async function writeComment(to: Access, pullRequest: number, stack: string, body: string): Promise<void> {
  const existing = await find(to, `/issues/${pullRequest}/comments?per_page=100`, (post) =>
    isOurs(post, marker(stack)),
  );
  if (existing === undefined) await call(to, 'POST', `/issues/${pullRequest}/comments`, { body });
  else await call(to, 'PATCH', `/issues/comments/${existing.id}`, { body });
}

if (import.meta.main) {
  const folder = process.argv[2] ?? 'report';
  const stack = stackName(needed('STACK'));
  const body = commentBody({
    stack,
    succeeded: needed('RESULT') === 'success',
    output: reportFile(folder, 'preview.txt'),
    access: reportFile(folder, 'access.md'),
    commit: needed('COMMIT'),
    runUrl: runUrl(),
  });
  await writeComment(access(), Number(needed('PULL_REQUEST')), stack, body);
}
