import { driftBody, MARKER, TITLE, verdict, type Compared } from './drift-body.ts';
import { access, needed, reportFile, runUrl, stackName } from './environment.ts';
import { call, find, isOurs, type Access } from './github.ts';

/**
 * Opens the one issue, brings it up to date, or closes it when nothing differs any more; without a difference and
 * without an issue it does nothing.
 */
export async function writeIssue(to: Access, differs: boolean, body: string): Promise<void> {
  const open = await find(
    to,
    '/issues?state=open&per_page=100',
    (post) => post.pull_request === undefined && isOurs(post, MARKER),
  );
  if (open === undefined) {
    if (differs) await call(to, 'POST', '/issues', { title: TITLE, body });
    return;
  }
  await call(to, 'PATCH', `/issues/${open.number}`, { body, ...(!differs && { state: 'closed' }) });
}

function readCompared(folder: string, stack: string): Compared {
  const code = reportFile(folder, `${stack}.code`);
  return {
    stack,
    code: code === undefined ? undefined : Number(code.trim()),
    output: reportFile(folder, `${stack}.txt`),
  };
}

if (import.meta.main) {
  const folder = process.argv[2] ?? 'report';
  const all = needed('STACKS')
    .split(' ')
    .map((stack) => readCompared(folder, stackName(stack)));
  const differs = all.some((compared) => verdict(compared) !== 'as declared');
  await writeIssue(access(), differs, driftBody(all, needed('COMMIT'), runUrl()));
  console.log(all.map((compared) => `${compared.stack}: ${verdict(compared)}`).join('\n'));
}
