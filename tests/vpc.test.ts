import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { checkContract, type Contract } from '../program/contract/define-contract.ts';
import { contract as shipped } from './fixture/contract.ts';
import { onlyOf, recordDev, recordWith, refusal } from './support/program.ts';
import { ROOT } from './support/project.ts';
import { refusesOne, row, rows, type Row } from './support/stack-file-rows.ts';

const LISTENER =
  'arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/orders/50dc6c495c0c9188/f2f7dc8efc522ab2';
const ORDERS = { vpcLink: 'abc123', listener: LISTENER, serverName: 'orders.example.com' };
const contractTo = (forward: `vpc://${string}`): Contract => ({
  ...shipped,
  routes: {
    'GET /orders/{id}': { forward, scopes: ['read:user'] },
    'GET /test': { handler: 'test', scopes: ['read:user'] },
  },
});
const contract = contractTo('vpc://orders/v1/{id}');
const backends = (all: object): Row['values'] => ({ 'api:privateBackends': all });
const orders = (change: object): Row['values'] => backends({ orders: { ...ORDERS, ...change } });
const KEY = 'api:privateBackends';

const ROWS: readonly Row[] = [
  row('no private backend for a route', {}, KEY, 'undeclared'),
  row('a private backend that no route goes to', backends({ orders: ORDERS, more: ORDERS }), `${KEY}.more`, 'unused'),
  ...rows(`${KEY}.orders.listener`, 'conflict', {
    'a listener of another region': orders({ listener: LISTENER.replace('eu-central-1', 'us-east-1') }),
  }),
  ...rows(`${KEY}.orders.listener`, 'invalid', {
    'a load balancer in place of its listener': orders({ listener: LISTENER.replace('listener', 'loadbalancer') }),
  }),
  row('a VPC link by its ARN', orders({ vpcLink: 'arn:aws:x' }), `${KEY}.orders.vpcLink`),
  row('a listener without TLS and without a reason', orders({ serverName: undefined }), `${KEY}.orders`),
  row('a server name and a reason', orders({ reason: 'It is in a test network' }), `${KEY}.orders`),
];

describe('Private backends', () => {
  it.each(ROWS)('A stack file is rejected if it has $title', (rejected) => refusesOne({ ...rejected, contract }));

  it.each([
    ['vpc://Orders/{id}', 'has the name "Orders"; write one of api:privateBackends, like vpc://orders/v1/{id}'],
    ['vpc://orders/{ID}', 'the path of the route has no {ID}'],
    ['vpc://orders/a?b', 'no query'],
  ] as const)('A contract is rejected if it forwards to %s', async (forward, says) => {
    const { message } = await refusal(() => checkContract(contractTo(forward), ROOT));
    expect(message).toContain(says);
  });

  it('The integration leads to the listener through the VPC link, verifies its name, and writes the path', async () => {
    const recorded = await recordWith({ contract, values: orders({}) });
    const { inputs } = onlyOf(
      {
        ...recorded,
        resources: recorded.resources.filter(({ inputs: all }) => all['integrationType'] !== 'AWS_PROXY'),
      },
      'Integration',
    );
    expect(inputs).toMatchObject({
      integrationType: 'HTTP_PROXY',
      integrationMethod: 'ANY',
      connectionType: 'VPC_LINK',
      connectionId: 'abc123',
      integrationUri: LISTENER,
      tlsConfig: { serverNameToVerify: 'orders.example.com' },
      requestParameters: {
        'overwrite:path': '/v1/${request.path.id}',
        'overwrite:header.x-caller-sub': '$context.authorizer.claims.sub',
      },
    });
  });
});

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
