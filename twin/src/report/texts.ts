import type { Route } from '../model/http-api.ts';
import type { Caller } from './callers.ts';
import type { Cell } from './cells.ts';
import type { Backend, Permission, ReportedCaller, ReportedRoute, Verdict } from './data.ts';
import { code, codes } from './markdown.ts';

/** Returns a caller's name, unique in its stack, with each part as `show` writes it. */
export function callerName(caller: ReportedCaller | Caller, show = (name: string): string => name): string {
  if (caller.kind === 'anyone') return 'anyone';
  const name = show(caller.name);
  if (caller.kind === 'client') return `${name} (${caller.grantType ?? 'no grant type'})`;
  const { kind, through, flow } = caller;
  return through ? `${kind} ${name} through ${show(through)} (${flow})` : `${kind} ${name}`;
}

/** Returns a caller's name in Markdown. */
export function heading(caller: ReportedCaller | Caller): string {
  return callerName(caller, code);
}

export function needsText(needs: ReportedRoute['needs']): string {
  if (needs === 'public') return needs;
  return needs.length === 0 ? 'any token' : codes(needs, ' or ');
}

export function needsOf(route: Route): string {
  return needsText(requirementOf(route));
}

/** Returns the scopes of which a token needs one, or `public`. */
export function requirementOf({ authorizer, scopes }: Route): ReportedRoute['needs'] {
  return authorizer === undefined ? 'public' : scopes.toSorted();
}

export function isAllowed({ kind }: Verdict): boolean {
  return kind === 'public' || kind === 'any token' || kind === 'scopes';
}

/** Returns the text after `allowed: ` or `denied: `. */
export function whyText(verdict: Verdict): string {
  const { kind } = verdict;
  if (kind === 'public' || kind === 'any token') return kind;
  if (kind === 'scopes') return codes(verdict.scopes, ', ');
  if (kind === 'lacks') return `lacks ${codes(verdict.scopes, ' or ')}`;
  if (kind === 'no token') return verdict.why === '' ? 'no token' : `no token (${verdict.why})`;
  const { check, expected, actual } = verdict;
  if (check !== 'issuer' && check !== 'audience') return check;
  return `the ${check} is ${code(actual)}, not ${codes(expected, ' or ')}`;
}

export function verdictText(verdict: Verdict): string {
  return `${isAllowed(verdict) ? 'allowed' : 'denied'}: ${whyText(verdict)}`;
}

export function cellMark(verdict: Verdict): string {
  return isAllowed(verdict) ? `✓ ${whyText(verdict)}` : '–';
}

export function cellText({ reason }: Cell): string {
  return verdictText(reason);
}

export function permissionText({ name, api }: Permission): string {
  return api === undefined ? code(name) : `${code(name)} of ${code(api)}`;
}

export function backendText({ kind, name }: Backend): string {
  return `${kind} ${code(name)}`;
}
