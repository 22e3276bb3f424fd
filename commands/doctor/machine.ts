import { spawnSync } from 'node:child_process';
import type { Recorded } from '@auth0-http-api/twin';
import { readOverHttps, type IssuerResponse } from '../../program/aws/issuer.ts';
import { fromJson } from '../../program/from-json.ts';

interface CommandResult {
  /** The exit code; `undefined` if the command is not installed. */
  readonly code: number | undefined;
  readonly stdout: string;
  /** Its first line. */
  readonly error: string;
}

/** Everything outside the project that a check reads. */
export interface Machine {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly run: (command: string, ...args: readonly string[]) => CommandResult;
  readonly request: (url: string, init?: RequestInit) => Promise<IssuerResponse>;
  /** Evaluates the program for a stack, without a cloud. */
  readonly recorded: (stack: string) => Promise<Recorded>;
  /** The folder of the stack files. */
  readonly root: URL;
}

const TIMEOUT_MS = 30_000;

/** Runs a command in the project's folder without input, so that a prompt fails. */
export function runCommand(root: URL, command: string, ...args: readonly string[]): CommandResult {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: 'true', GH_PROMPT_DISABLED: '1', AWS_PAGER: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TIMEOUT_MS,
    maxBuffer: 2 ** 30,
  });
  if (error !== undefined && 'code' in error && error.code === 'ENOENT')
    return { code: undefined, stdout: '', error: '' };
  const [first = ''] = (stderr || stdout || (error?.message ?? '')).trim().split('\n');
  return { code: status ?? 1, stdout, error: first };
}

/** Returns a command's output as JSON; undefined if it failed or printed none. */
export function jsonOf({ code, stdout }: CommandResult): unknown {
  return code === 0 ? fromJson(stdout) : undefined;
}

/** Requests a URL; without options, with API Gateway's limits for an issuer's documents. */
export async function request(url: string, init?: RequestInit): Promise<IssuerResponse> {
  if (init === undefined) return readOverHttps(url);
  try {
    const response = await fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) });
    return { status: response.status, body: await response.text() };
  } catch (error) {
    return { failure: String(error instanceof Error ? (error.cause ?? error) : error) };
  }
}
