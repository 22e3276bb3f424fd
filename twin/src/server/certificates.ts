import 'reflect-metadata';
import { createPrivateKey, createPublicKey, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

// Import this module only to create a certificate: the library loads more slowly than the rest of the tenant.
x509.cryptoProvider.set(webcrypto);

/** Milliseconds. */
const DAY = 24 * 60 * 60 * 1000;
const KEY_DAYS = 3650;
const TLS_DAYS = 365;

/** Creates the self-signed certificate that Auth0 publishes with a signing key. Its subject is the tenant's domain. */
export async function keyCertificate(keyPem: string, domain: string): Promise<string> {
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  const keys = {
    privateKey: createPrivateKey(keyPem).toCryptoKey(algorithm, true, ['sign']),
    publicKey: createPublicKey(keyPem).toCryptoKey(algorithm, true, ['verify']),
  };
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [domain] }],
    keys,
    signingAlgorithm: algorithm,
    ...validity(KEY_DAYS),
    extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
  });
  return certificate.toString('pem');
}

export interface TlsFiles {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

/**
 * Creates a certificate authority and a TLS certificate that it signs.
 * The authority's key is never stored, so trusting the authority trusts nothing else.
 */
export async function tlsFiles(names: readonly string[]): Promise<TlsFiles> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const generate = (): Promise<webcrypto.CryptoKeyPair> =>
    webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const authority = await generate();
  const server = await generate();
  const issuer = [{ CN: ['auth0-http-api twin, local authority'] }];
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    name: issuer,
    keys: authority,
    signingAlgorithm: algorithm,
    ...validity(TLS_DAYS),
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      await x509.SubjectKeyIdentifierExtension.create(authority.publicKey),
    ],
  });
  const certificate = await x509.X509CertificateGenerator.create({
    subject: [{ CN: [names[0] ?? 'localhost'] }],
    issuer: ca.subject,
    publicKey: server.publicKey,
    signingKey: authority.privateKey,
    signingAlgorithm: algorithm,
    ...validity(TLS_DAYS),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        ...names.map((value) => ({ type: 'dns', value }) as const),
        { type: 'ip', value: '127.0.0.1' },
      ]),
      await x509.AuthorityKeyIdentifierExtension.create(authority.publicKey),
    ],
  });
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', server.privateKey));
  return {
    ca: ca.toString('pem'),
    certificate: certificate.toString('pem'),
    key: x509.PemConverter.encode(key, 'PRIVATE KEY'),
  };
}

function validity(days: number): { notBefore: Date; notAfter: Date; serialNumber: string } {
  const now = Date.now();
  const serialNumber = Buffer.from(webcrypto.getRandomValues(new Uint8Array(9))).toString('hex');
  return { notBefore: new Date(now - DAY), notAfter: new Date(now + days * DAY), serialNumber: `01${serialNumber}` };
}
