import { beforeAll, expect, it } from 'vitest';
import { reportOf } from '../../src/report/report.ts';
import { call, serviceToken, startTestTwin, type TestTwin } from '../support/twin.ts';

const VPC = { subnets: ['subnet-0123456789abcdef0'], securityGroups: ['sg-0123456789abcdef0'] };

let twin: TestTwin;
beforeAll(async () => {
  twin = await startTestTwin({
    change: (project) => project.edit('Pulumi.dev.yaml', 'config:', `config:\n  api:vpc: ${JSON.stringify(VPC)}`),
  });
});

it('The twin runs the function outside the VPC, and says that it does not emulate it', async () => {
  expect((await call(twin, await serviceToken(twin))).status).toBe(200);
  expect(twin.model().notEmulated).toContain('VPCs of functions');
});

it('The report shows subnets and security groups, and what the role may do', () => {
  const { facts, violations } = reportOf(twin.model());
  expect(facts['networks']?.map(({ is }) => is)).toEqual([...VPC.subnets, ...VPC.securityGroups]);
  expect(JSON.stringify(facts['rights'])).toContain('ec2:CreateNetworkInterface');
  expect(violations).toEqual([]);
});
