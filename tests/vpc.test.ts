import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { onlyOf, recordDev } from './support/program.ts';
import { refusesOne, row, rows } from './support/stack-file-rows.ts';

const SUBNET = 'subnet-0123456789abcdef0';
const GROUP = 'sg-0123456789abcdef0';
const vpc = (change: object) => ({ 'api:vpc': { subnets: [SUBNET], securityGroups: [GROUP], ...change } });

describe('api:vpc in a stack file', () => {
  it.each([
    row('no subnet', vpc({ subnets: [] }), 'api:vpc.subnets'),
    row('no security group', vpc({ securityGroups: undefined }), 'api:vpc.securityGroups', 'missing'),
    row('a subnet twice', vpc({ subnets: [SUBNET, SUBNET] }), 'api:vpc.subnets'),
    row('a VPC in place of its subnets', vpc({ subnets: ['vpc-0123456789abcdef0'] }), 'api:vpc.subnets.0'),
    ...rows('api:vpc.securityGroups', 'invalid', {
      'six security groups': vpc({ securityGroups: [0, 1, 2, 3, 4, 5].map((n) => `sg-0000000${n}`) }),
    }),
  ])('A stack file is rejected if it has $title', refusesOne);

  it('Lambda may make network interfaces for the function, and the code of the function may not', async () => {
    const recorded = await recordDev(vpc({}));
    expect(onlyOf(recorded, 'Function').inputs).toMatchObject({
      vpcConfig: { subnetIds: [SUBNET], securityGroupIds: [GROUP] },
    });
    const { Statement } = JSON.parse(z.string().parse(onlyOf(recorded, 'RolePolicy').inputs['policy'])) as {
      Statement: { Effect: string; Action: string[]; Condition?: unknown }[];
    };
    const network = Statement.filter(({ Action }) => Action.includes('ec2:CreateNetworkInterface'));
    expect(network.map(({ Effect, Condition }) => [Effect, Condition])).toEqual([
      ['Allow', undefined],
      ['Deny', { ArnLike: { 'lambda:SourceFunctionArn': 'arn:aws:lambda:*:*:function:*' } }],
    ]);
  });
});
