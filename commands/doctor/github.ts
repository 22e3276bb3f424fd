import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { finding, type Finding } from './finding.ts';
import { jsonOf, type Machine } from './machine.ts';

export type Environments = { readonly names: readonly string[] } | { readonly finding: Finding };

/** Returns the names of the environments, or a finding if the GitHub CLI is not logged in. */
export function readEnvironments({ run }: Machine): Environments {
  const { code } = run('gh', 'auth', 'status');
  if (code === undefined)
    return { finding: finding('GitHub', 'unknown', 'not checked, because the GitHub CLI (gh) is not installed') };
  if (code !== 0) {
    return { finding: finding('GitHub', 'unknown', 'not checked, because gh is not logged in', 'gh auth login') };
  }
  const query = '[.environments[].name]';
  const result = run('gh', 'api', 'repos/{owner}/{repo}/environments?per_page=100', '--jq', query);
  const names = jsonOf(result) as readonly string[] | undefined;
  return names === undefined ? { finding: finding('GitHub', 'unknown', `not checked: ${result.error}`) } : { names };
}

/** Checks that a stack's environments have every variable and secret the workflows read. */
export function judgeEnvironments({ run, root }: Machine, names: readonly string[], stack: string): Finding[] {
  const folder = new URL('.github/workflows/', root);
  if (!existsSync(folder)) return [];
  const workflows = readdirSync(folder)
    .map((file) => readFileSync(new URL(file, folder), 'utf8'))
    .join('\n');
  const needed = (kind: string): string[] => [
    ...new Set([...workflows.matchAll(new RegExp(`\\b${kind}\\.([A-Z0-9_]+)`, 'g'))].map(([, name = '']) => name)),
  ];
  const [variables, secrets] = [needed('vars'), needed('secrets')];
  const problems: string[] = [];
  const unreadable: string[] = [];
  for (const environment of [stack, `preview-${stack}`, `drift-${stack}`]) {
    if (!names.includes(environment)) {
      problems.push(`there is no environment ${environment}`);
      continue;
    }
    const list = (kind: string, fields: string): readonly Entry[] | undefined => {
      const result = run('gh', kind, 'list', '--env', environment, '--json', fields);
      const entries = jsonOf(result) as readonly Entry[] | undefined;
      if (entries === undefined)
        unreadable.push(`cannot tell which ${kind}s the environment ${environment} has: ${result.error}`);
      return entries;
    };
    const found = list('variable', 'name,value');
    // A bucket needs no token, and without the variables the backend is unknown.
    const needsToken =
      found?.some(({ name, value }) => name === 'PULUMI_BACKEND_URL' && value?.startsWith('s3:')) === false;
    const lacking = (required: readonly string[], present: readonly Entry[] | undefined): string[] =>
      present === undefined ? [] : required.filter((name) => !present.some((entry) => entry.name === name));
    const missing = [...lacking(variables, found), ...lacking(secrets, list('secret', 'name'))].filter(
      (name) => needsToken || name !== 'PULUMI_ACCESS_TOKEN',
    );
    if (missing.length > 0) problems.push(`the environment ${environment} lacks ${missing.join(', ')}`);
  }
  const findings = [
    ...(problems.length === 0 ? [] : [finding('GitHub', 'warning', problems.join('\n'), BOOTSTRAP)]),
    ...(unreadable.length === 0
      ? []
      : [finding('GitHub', 'unknown', unreadable.join('\n'), 'gh auth refresh --scopes repo')]),
  ];
  return findings.length > 0
    ? findings
    : [finding('GitHub', 'ok', 'the environments have every variable and secret that a workflow reads')];
}

interface Entry {
  readonly name: string;
  readonly value?: string;
}

const BOOTSTRAP = 'npm run bootstrap -- --stack <bootstrap stack>';
