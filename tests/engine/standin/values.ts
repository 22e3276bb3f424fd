import {
  specialArchiveSig,
  specialAssetSig,
  specialOutputValueSig,
  specialSecretSig,
  specialSigKey,
  unknownValue,
} from '@pulumi/pulumi/runtime/rpc.js';

/** The properties of a resource as received: secrets, outputs, assets and unknown values are wrapped. */
export type Properties = Readonly<Record<string, unknown>>;

export const UNKNOWN = unknownValue;

/** A value that the engine encrypts in the state and never shows. */
export function secret(value: unknown): unknown {
  return { [specialSigKey]: specialSecretSig, value };
}

/** Returns the value without its wrappings; an archive or asset becomes its hash, if the engine sent one. */
export function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (!isMap(value)) return value;
  const kind = value[specialSigKey];
  if (kind === specialSecretSig) return plain(value['value']);
  if (kind === specialOutputValueSig) return 'value' in value ? plain(value['value']) : UNKNOWN;
  if ((kind === specialAssetSig || kind === specialArchiveSig) && typeof value['hash'] === 'string') {
    return { [specialSigKey]: kind, hash: value['hash'] };
  }
  return plainProperties(value);
}

export function plainProperties(properties: Properties): Properties {
  const present = Object.entries(properties).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(present.map(([key, value]) => [key, plain(value)]));
}

/** Returns every string that is marked as secret, at any depth. */
export function secretTexts(value: unknown, marked = false): string[] {
  if (typeof value === 'string') return marked && value !== UNKNOWN && value !== '' ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((item) => secretTexts(item, marked));
  if (!isMap(value)) return [];
  const kind = value[specialSigKey];
  if (kind === specialSecretSig) return secretTexts(value['value'], true);
  if (kind === specialOutputValueSig) return secretTexts(value['value'], marked || value['secret'] === true);
  return Object.entries(value).flatMap(([key, item]) => (key === specialSigKey ? [] : secretTexts(item, marked)));
}

function isMap(value: unknown): value is Properties {
  return typeof value === 'object' && value !== null;
}
