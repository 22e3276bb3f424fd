import { X509Certificate } from 'node:crypto';
import type { TlsFiles } from './certificates.ts';
import type { TwinState } from './state.ts';
import {
  isCertificateOf,
  newKeyPem,
  readSigningKey,
  type SigningKey,
  type SigningKeys,
} from '../tenant/signing-key.ts';

/** The key that signs now, the key that the next rotation switches to, and the key before the last rotation. */
const CURRENT = 'signing-key.pem';
const NEXT = 'next-signing-key.pem';
const PREVIOUS = 'previous-signing-key.pem';

/**
 * Reads the tenant's signing keys from the stack's folder, and creates the missing ones.
 * @param rotate switches to the next key; the current key becomes the previous one
 * @throws UserError for a file without a valid signing key
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
  // Report an unreadable key before creating a certificate for it.
  await readSigningKey(pem, undefined, state.shownAs + name);
  const { keyCertificate } = await import('./certificates.ts');
  const certificate = await keyCertificate(pem, domain);
  state.write(file, certificate);
  return readSigningKey(pem, certificate, state.shownAs + name);
}

/** Reads the TLS files, and replaces them if a name is missing or they expire soon. */
export async function openTls(state: TwinState, domains: readonly string[]): Promise<TlsFiles> {
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

/** How long a certificate must still be valid, in milliseconds. */
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
