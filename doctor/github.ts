import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { finding, type Finding } from './finding.ts';
import { jsonOf, type Machine } from './machine.ts';

/** The environments of a repository on GitHub, or why they are unknown. */
export type Environments = { readonly names: readonly string[] } | { readonly finding: Finding };

/** Reads the names of the environments, where the GitHub CLI is logged in. */
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

/** Judges whether the environments of a stack have every variable and secret that a workflow reads. */
export function judgeEnvironments({ run, root }: Machine, names: readonly string[], stack: string): Finding[] {
  const folder = new URL('.github/workflows/', root);
  if (!existsSync(folder)) return [];
  const workflows = readdirSync(folder)
    .map((file) => readFileSync(new URL(file, folder), 'utf8'))
    .join('\n');
  const read = (kind: string): string[] => [
    ...new Set([...workflows.matchAll(new RegExp(`\\b${kind}\\.([A-Z0-9_]+)`, 'g'))].map(([, name = '']) => name)),
  ];
  const problems = [stack, `preview-${stack}`, `drift-${stack}`].flatMap((environment) => {
    if (!names.includes(environment)) return [`there is no environment ${environment}`];
    const list = (kind: string, fields: string): readonly { readonly name: string; readonly value?: string }[] =>
      (jsonOf(run('gh', kind, 'list', '--env', environment, '--json', fields)) ?? []) as readonly {
        readonly name: string;
      }[];
    const variables = list('variable', 'name,value');
    const secrets = list('secret', 'name').map(({ name }) => name);
    const backend = variables.find(({ name }) => name === 'PULUMI_BACKEND_URL')?.value ?? '';
    const missing = [
      ...read('vars').filter((name) => !variables.some((variable) => variable.name === name)),
      // A bucket needs no token.
      ...read('secrets').filter(
        (name) => !secrets.includes(name) && !(name === 'PULUMI_ACCESS_TOKEN' && backend.startsWith('s3:')),
      ),
    ];
    return missing.length === 0 ? [] : [`the environment ${environment} lacks ${missing.join(', ')}`];
  });
  return problems.length === 0
    ? [finding('GitHub', 'ok', 'the environments have every variable and secret that a workflow reads')]
    : [finding('GitHub', 'warning', problems.join('\n'), 'npm run bootstrap -- --stack <bootstrap stack>')];
}
