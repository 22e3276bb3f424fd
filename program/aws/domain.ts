import type * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Within } from './api-parts.ts';
import { services } from '../services.ts';

type ApiDomain = NonNullable<Within['settings']['apiDomain']>;

interface DeclaredDomain {
  readonly name: pulumi.Output<string>;
  /** The API's URL, without a trailing slash. */
  readonly url: pulumi.Output<string>;
  /** The target of the DNS record, if it must be created by hand. */
  readonly target: pulumi.Output<string> | undefined;
}

/** Returns options that adopt a resource moved by `pulumi state move`, which drops its parent. */
const movable = (parent: pulumi.Resource): pulumi.CustomResourceOptions => ({
  parent,
  aliases: [{ parent: pulumi.rootStackResource }],
});

/** Declares the API's domain: certificate, domain name, mapping and DNS record. */
export function declareDomain(
  within: Within,
  api: aws.apigatewayv2.Api,
  stage: aws.apigatewayv2.Stage,
): DeclaredDomain | undefined {
  const { component, name, settings, shared } = within;
  if (settings.apiDomain === undefined) return undefined;
  const { name: host, basePath, existing, hostedZoneId } = settings.apiDomain;
  const domainName = existing === true ? undefined : declareDomainName(within, settings.apiDomain);
  const mapping = new services.apigatewayv2.ApiMapping(
    name,
    {
      apiId: api.id,
      domainName: shared?.domainName ?? domainName?.id ?? host,
      stage: stage.id,
      ...(basePath !== undefined && { apiMappingKey: basePath }),
    },
    { parent: component },
  );
  if (domainName !== undefined && hostedZoneId !== undefined) declareAlias(within, domainName, hostedZoneId);
  return {
    name: mapping.domainName,
    url: pulumi.interpolate`https://${mapping.domainName}${basePath === undefined ? '' : `/${basePath}`}`,
    target: hostedZoneId === undefined ? domainName?.domainNameConfiguration.targetDomainName : undefined,
  };
}

function declareDomainName(within: Within, domain: ApiDomain): aws.apigatewayv2.DomainName {
  const { component, name } = within;
  const { truststoreUri, truststoreVersion } = domain;
  return new services.apigatewayv2.DomainName(
    name,
    {
      domainName: domain.name,
      domainNameConfiguration: {
        certificateArn: domain.certificateArn ?? declareCertificate(within, domain),
        endpointType: 'REGIONAL',
        securityPolicy: 'TLS_1_2',
      },
      ...(truststoreUri !== undefined && {
        mutualTlsAuthentication: { truststoreUri, ...(truststoreVersion !== undefined && { truststoreVersion }) },
      }),
    },
    movable(component),
  );
}

/** Declares an ACM certificate. It renews itself as long as its validation record exists. */
function declareCertificate(
  { component, name }: Within,
  { name: domainName, hostedZoneId = '' }: ApiDomain,
): pulumi.Output<string> {
  const certificate = new services.acm.Certificate(name, { domainName, validationMethod: 'DNS' }, movable(component));
  const proof = certificate.domainValidationOptions.apply(([option]) => {
    if (option === undefined) throw new Error(`ACM asks for no record to validate ${domainName}`);
    return option;
  });
  const record = new services.route53.Record(
    `${name}-validation`,
    {
      zoneId: hostedZoneId,
      name: proof.resourceRecordName,
      type: proof.resourceRecordType,
      records: [proof.resourceRecordValue],
      ttl: 300,
      // ACM reuses the same validation record for a name that it has validated before.
      allowOverwrite: true,
    },
    movable(component),
  );
  const validation = new services.acm.CertificateValidation(
    name,
    { certificateArn: certificate.arn, validationRecordFqdns: [record.fqdn] },
    movable(component),
  );
  return validation.certificateArn;
}

function declareAlias(
  { component, name }: Within,
  { domainName, domainNameConfiguration }: aws.apigatewayv2.DomainName,
  zoneId: string,
): void {
  const { targetDomainName, hostedZoneId } = domainNameConfiguration;
  new services.route53.Record(
    name,
    {
      zoneId,
      name: domainName,
      type: 'A',
      aliases: [{ name: targetDomainName, zoneId: hostedZoneId, evaluateTargetHealth: false }],
    },
    movable(component),
  );
}
