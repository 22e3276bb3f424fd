import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { doubtAbout, type ExportedState, type HistoryEntry } from '../deploy/last-update.ts';
import { CLI_VERSION, INSTALL_CLI } from '../deploy/pulumi-cli.ts';
import { finding, type Finding } from './finding.ts';
import { jsonOf, type Machine } from './machine.ts';

/** The backend of the states, if the CLI is logged in. */
export interface Backend {
  readonly user: string;
  readonly url: string;
}

/** Checks the CLI, and returns its backend. */
export function judgeCli({ run }: Machine): { readonly findings: readonly Finding[]; readonly backend?: Backend } {
  const { code, stdout } = run('pulumi', 'version');
  if (code === undefined) return { findings: [finding('Pulumi CLI', 'error', 'is not installed', INSTALL_CLI)] };
  const version = stdout.trim().replace(/^v/, '');
  const cli =
    version === CLI_VERSION
      ? finding('Pulumi CLI', 'ok', version)
      : finding('Pulumi CLI', 'warning', `${version}; the SDK and the workflows have ${CLI_VERSION}`, INSTALL_CLI);
  const whoami = run('pulumi', 'whoami', '--json', '--non-interactive');
  const backend = jsonOf(whoami) as Backend | undefined;
  return backend === undefined
    ? { findings: [cli, finding('state backend', 'error', `is not logged in: ${whoami.error}`, 'pulumi login')] }
    : { findings: [cli, finding('state backend', 'ok', `${backend.user} at ${backend.url}`)], backend };
}

/** Checks that a stack's state exists, is unlocked and up to date. */
export function judgeState(machine: Machine, backend: Backend, project: string, stack: string): Finding[] {
  const { run } = machine;
  const exported = run('pulumi', 'stack', 'export', '--stack', stack, '--non-interactive');
  if (/no stack named/.test(exported.error)) {
    return [finding('state', 'error', `${backend.url} has no stack ${stack}`, `pulumi stack init ${stack}`)];
  }
  const state = jsonOf(exported) as ExportedState | undefined;
  if (state === undefined) {
    const command = `pulumi stack export --stack ${stack}`;
    return [finding('state', 'error', `cannot be read: ${exported.error}`, command)];
  }
  const locked = isLocked(machine, backend, project, stack);
  return [
    judgeHistory(machine, state, stack),
    ...(locked === true
      ? [
          finding(
            'lock',
            'error',
            'an update is running, or was killed and left its lock',
            `pulumi cancel --stack ${stack}`,
          ),
        ]
      : []),
    ...(locked === undefined ? [finding('lock', 'unknown', `cannot be read at ${backend.url}`)] : []),
  ];
}

function judgeHistory({ run }: Machine, state: ExportedState, stack: string): Finding {
  const result = run('pulumi', 'stack', 'history', '--json', '--page-size', '100', '--stack', stack);
  const history = jsonOf(result) as readonly HistoryEntry[] | undefined;
  if (history === undefined) {
    const message = `cannot tell whether the last update succeeded: ${result.error}`;
    return finding('state', 'unknown', message, `pulumi stack history --stack ${stack}`);
  }
  const doubt = doubtAbout(history, state);
  if (doubt !== undefined) {
    const message = `${doubt}, so it may differ from the services`;
    return finding('state', 'warning', message, `npm run up -- --stack ${stack}`);
  }
  const [last] = history;
  const update = last && `last ${last.kind} ${last.result}, ${last.endTime ?? 'no end'}`;
  return finding('state', 'ok', update ?? 'never deployed');
}

/**
 * Returns whether a lock exists, or undefined if unreadable. Source of the path: pulumi/pulumi, pkg/backend/diy/lock.go
 */
function isLocked({ run }: Machine, { url }: Backend, project: string, stack: string): boolean | undefined {
  const name = stack.split('/').at(-1) ?? stack;
  const path = `.pulumi/locks/organization/${project}/${name}`;
  if (url.startsWith('file://')) {
    const folder = join(url.startsWith('file://~') ? url.replace('file://~', homedir()) : fileURLToPath(url), path);
    return existsSync(folder) && readdirSync(folder).length > 0;
  }
  if (url.startsWith('s3://')) {
    const { host, pathname } = new URL(url);
    const { code, stdout, error } = run('aws', 's3', 'ls', `s3://${host}${pathname.replace(/\/$/, '')}/${path}/`);
    // Without such a key, it exits with 1 and prints nothing.
    return code === 0 || (code === 1 && error === '') ? stdout.trim() !== '' : undefined;
  }
  if (!/^https?:/.test(url)) return undefined;
  const stacks = jsonOf(run('pulumi', 'stack', 'ls', '--json', '--non-interactive')) as
    readonly { readonly name: string; readonly updateInProgress?: boolean }[] | undefined;
  return stacks?.some((listed) => listed.name.split('/').at(-1) === name && listed.updateInProgress === true);
}
