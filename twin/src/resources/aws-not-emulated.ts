import { arn, optionalText, text, ACCOUNT_ID, type Naming, type ResourceType } from './resource.ts';

/** The name from the inputs, or else the one Pulumi makes: the resource's name with seven random digits. */
function nameOf({ name, inputs, identity }: Naming, label: string): string {
  return optionalText(inputs, 'name') ?? `${name}-${identity.hex(`${label} ${name}`, 7)}`;
}

/** AWS's resource types without an effect on requests, whose outputs a program uses. */
export const AWS_NOT_EMULATED = {
  'aws:acm/certificate:Certificate': {
    outputs: ({ name, inputs, identity, region }) => {
      const certificate = arn('acm', region, `certificate/${identity.hex(`certificate ${name}`, 32)}`);
      const domainName = text(inputs, 'domainName');
      const option = {
        domainName,
        resourceRecordName: `_${identity.hex(`proof ${name}`, 32)}.${domainName}.`,
        resourceRecordType: 'CNAME',
        resourceRecordValue: `_${identity.hex(`value ${name}`, 32)}.acm-validations.aws.`,
      };
      return { id: certificate, outputs: { arn: certificate, domainValidationOptions: [option] } };
    },
    notEmulated: 'certificates',
  },
  'aws:route53/record:Record': {
    outputs: ({ inputs }) => {
      const fqdn = text(inputs, 'name').replace(/\.$/, '');
      return { id: `${text(inputs, 'zoneId')}_${fqdn}_${text(inputs, 'type')}`, outputs: { fqdn } };
    },
    notEmulated: 'DNS records',
  },
  'aws:iam/role:Role': {
    outputs: (naming) => {
      const name = nameOf(naming, 'iam role');
      return { id: name, outputs: { name, arn: `arn:aws:iam::${ACCOUNT_ID}:role/${name}` } };
    },
    notEmulated: 'IAM roles and policies',
  },
  'aws:cloudwatch/logGroup:LogGroup': {
    outputs: (naming) => {
      const name = nameOf(naming, 'log group');
      return { id: name, outputs: { name, arn: arn('logs', naming.region, `log-group:${name}`) } };
    },
    notEmulated: 'log groups',
  },
} as const satisfies Readonly<Record<string, ResourceType>>;
