import * as auth0 from '@pulumi/auth0';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { ServiceApi } from './service-api.ts';
import { callers, services } from './services.ts';
import { Tenant } from './tenant.ts';

const config = new pulumi.Config();
const domain = config.require('tenant');

const inRegion = new aws.Provider('aws', { region: config.require('region') as aws.Region });
const inTenant = new auth0.Provider('auth0', { domain });

const table = new aws.dynamodb.Table(
  'orders',
  { attributes: [{ name: 'id', type: 'S' }], hashKey: 'id', billingMode: 'PAY_PER_REQUEST' },
  { provider: inRegion },
);
const bucket = new aws.s3.Bucket('invoices', {}, { provider: inRegion });

const tenant = new Tenant('shop', { audience: 'https://api.shop.example', callers }, { providers: [inTenant] });
const api = new ServiceApi(
  'shop',
  {
    issuer: `https://${domain}/`,
    audience: tenant.audience,
    stage: config.require('stage'),
    services,
    environment: { TABLE: table.name, BUCKET: bucket.bucket },
  },
  { providers: [inRegion] },
);

export const url = api.url;
export const clientIds = tenant.clientIds;
