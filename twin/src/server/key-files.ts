import { X509Certificate } from 'node:crypto';
import type { TwinState } from './state.ts';
import {
  isCertificateOf,
  newKeyPem,
  readSigningKey,
  type SigningKey,
  type SigningKeys,
} from '../tenant/signing-key.ts';

/** The key that signs, the one that will next, and after a rotation the one that did before. */
const CURRENT = 'signing-key.pem';
const NEXT = 'next-signing-key.pem';
const PREVIOUS = 'previous-signing-key.pem';

/**
 * The tenant's signing keys, made on the first start and kept.
 * @param rotate makes the next key the current one, and the current one the previous
 * @throws UserError for a file that is no such key
 */
export async function openSigningKeys(state: TwinState, domain: string, rotate: boolean): Promise<SigningKeys> {
  const pem = (name: string): string => state.read(name) ?? made(state, name);
  if (rotate) {
    const [current, next] = [pem(CURRENT), pem(NEXT)];
    state.write(PREVIOUS, current);
    state.write(CURRENT, next);
    state.write(NEXT, newKeyPem());
  }
  const current = await openKey(state, CURRENT, pem(CURRENT), domain);
  const next = await openKey(state, NEXT, pem(NEXT), domain);
  const before = state.read(PREVIOUS);
  const previous = before === undefined ? [] : [await openKey(state, PREVIOUS, before, domain)];
  return { current, published: [current, next, ...previous].map(({ publicJwk }) => publicJwk) };
}

function made(state: TwinState, name: string): string {
  const pem = newKeyPem();
  state.write(name, pem);
  return pem;
}

async function openKey(state: TwinState, name: string, pem: string, domain: string): Promise<SigningKey> {
  const file = name.replace('.pem', '.crt');
  const kept = state.read(file);
  if (kept !== undefined && isCertificateOf(kept, pem, domain)) return readSigningKey(pem, kept, state.shownAs + name);
  // A key that cannot be read is reported before a certificate for it is tried.
  await readSigningKey(pem, undefined, state.shownAs + name);
  const { keyCertificate } = await import('./certificates.ts');
  const certificate = await keyCertificate(pem, domain);
  state.write(file, certificate);
  return readSigningKey(pem, certificate, state.shownAs + name);
}

/** What the tenant serves TLS with, and the authority that its clients are to trust. */
export interface TlsIdentity {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

/** The files of `--tls`, made anew when a name is missing or they are about to expire. */
export async function openTls(state: TwinState, domains: readonly string[]): Promise<TlsIdentity> {
  const names = [...new Set(['localhost', ...domains])];
  const [ca, certificate, key] = ['ca.pem', 'tls-cert.pem', 'tls-key.pem'].map((name) => state.read(name));
  if (ca !== undefined && certificate !== undefined && key !== undefined && serves(certificate, ca, names)) {
    return { ca, certificate, key };
  }
  const { tlsFiles } = await import('./certificates.ts');
  const made = await tlsFiles(names);
  state.write('ca.pem', made.ca);
  state.write('tls-cert.pem', made.certificate);
  state.write('tls-key.pem', made.key);
  return made;
}

/** Milliseconds that a certificate must still be good for. */
const MARGIN = 7 * 24 * 60 * 60 * 1000;

function serves(certificatePem: string, caPem: string, names: readonly string[]): boolean {
  try {
    const certificate = new X509Certificate(certificatePem);
    const inTime = Date.parse(certificate.validTo) > Date.now() + MARGIN;
    const signed = certificate.verify(new X509Certificate(caPem).publicKey);
    return inTime && signed && names.every((name) => certificate.checkHost(name) !== undefined);
  } catch {
    return false;
  }
}
