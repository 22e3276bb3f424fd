import { beforeAll, describe, expect, it } from 'vitest';
import { useEverything } from '../support/everything.ts';
import { valueOf } from './standin/services.ts';
import { selectOwnStack } from './support/contracts.ts';
import { leftovers } from './support/interruption.ts';
import { reportsOf } from './support/state.ts';
import { DESTROY, Sandbox } from './support/sandbox.ts';

const PASSWORD = 'a-secret-password-of-a-database';
const EXTERNAL_ID = 'a-secret-external-id';

describe('A stack with every option of the AWS side', () => {
  const sandbox = new Sandbox();

  beforeAll(async () => {
    await selectOwnStack(sandbox);
    useEverything(sandbox.project);
    const variable = 'api:handlers.test.environment.DB_PASSWORD';
    await sandbox.pulumi(['config', 'set', '--secret', '--path', variable, PASSWORD]);
    const condition = 'api:handlers.test.statements[0].conditions.StringEquals["sts:ExternalId"]';
    await sandbox.pulumi(['config', 'set', '--secret', '--path', condition, EXTERNAL_ID]);
  });

  it('A stack with every option previews, comes up, and has no change in a second up', async () => {
    await sandbox.pulumi(['preview', '--diff', '--suppress-progress']);
    expect(sandbox.services.entries).toEqual([]);
    await sandbox.up();
    await sandbox.upUnchanged();
    await sandbox.pulumi(['refresh', '--yes', '--skip-preview', '--expect-no-changes', '--suppress-progress']);
  });

  it('The access report of the exported state equals that of the program but for an encrypted policy', async () => {
    const { deployed, declared } = await reportsOf(sandbox, {
      'api:handlers.test.statements.0.conditions.StringEquals.sts:ExternalId': EXTERNAL_ID,
    });
    const resource = 'aws:iam/rolePolicy:RolePolicy "api-test"';
    const message = 'its policy is encrypted, so the rules cannot read it';
    expect(declared.violations).toEqual([]);
    expect(deployed).toEqual({ ...declared, violations: [{ rule: 'narrow statements', resource, message }] });
  });

  it('An encrypted variable and condition of the stack file reach AWS, and neither is stored or printed', async () => {
    const policies = sandbox.resources('aws:iam/rolePolicy:RolePolicy');
    expect(policies.map((policy) => String(valueOf(policy, 'policy'))).join()).toContain(EXTERNAL_ID);
    expect(sandbox.stored()).not.toContain(EXTERNAL_ID);
    expect(sandbox.printed()).not.toContain(EXTERNAL_ID);
    const [lambda] = sandbox.resources('aws:lambda/function:Function');
    expect(lambda && valueOf(lambda, 'environment')).toMatchObject({ variables: { DB_PASSWORD: PASSWORD } });
    expect(sandbox.secrets()).toContain(PASSWORD);
    expect(sandbox.stored()).not.toContain(PASSWORD);
    expect(sandbox.printed()).not.toContain(PASSWORD);
  });

  it('Destroying a stack with every option leaves nothing behind', async () => {
    await sandbox.pulumi(DESTROY);
    expect(leftovers(sandbox)).toEqual([]);
  });
});
