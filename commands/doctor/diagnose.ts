import { readStackFile } from '@auth0-http-api/twin';
import { RightsError } from '../rights/rights-error.ts';
import { judgeAccount, judgeCredentials } from './aws.ts';
import { finding, type Finding, type Section } from './finding.ts';
import { judgeEnvironments, readEnvironments } from './github.ts';
import type { Machine } from './machine.ts';
import { judgeCli, judgeState } from './pulumi.ts';
import { judgeStackFile } from './stack-file.ts';
import { judgeTenant } from './tenant.ts';

/**
 * Checks the machine and each stack without changing anything.
 * @param stacks names as for `--stack`, with Pulumi Cloud also `organization/project/stack`
 */
export async function* diagnose(machine: Machine, stacks: readonly string[]): AsyncIterable<Section> {
  const { findings: cli, backend } = judgeCli(machine);
  const { finding: credentials, identity } = judgeCredentials(machine);
  const environments = readEnvironments(machine);
  const gitHub = 'finding' in environments ? [environments.finding] : [];
  yield { title: 'This machine', findings: [...cli, credentials, ...gitHub] };

  for (const stack of stacks) {
    const name = stack.split('/').at(-1) ?? stack;
    const findings: Finding[] = [];
    try {
      const { values, project } = readStackFile(machine.root, name);
      if (backend !== undefined) findings.push(...judgeState(machine, backend, project, stack));
      const recorded = await machine.recorded(name);
      findings.push(...judgeStackFile(recorded, values, stack));
      if (identity !== undefined) findings.push(...judgeAccount(identity, values['api:permissionsBoundary'], stack));
      findings.push(...(await judgeTenant(machine, recorded, stack)));
    } catch (error) {
      // An error without a code is a bug.
      if (!(error instanceof Error && 'code' in error)) throw error;
      findings.push(
        error instanceof RightsError
          ? finding('rights', 'error', error.message)
          : finding('stack file', 'error', error.message, `$EDITOR Pulumi.${name}.yaml`),
      );
    }
    if ('names' in environments) findings.push(...judgeEnvironments(machine, environments.names, name));
    yield { title: `Stack ${stack}`, findings };
  }
}
