import { createPublicKey } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { compact, ecdsa, eddsa, encode, hmac, pss, rsa, stranger, strangerEc, unsigned, type Forge } from './forge.ts';
import { rowsOf } from './rows.ts';
import {
  header,
  KEY,
  MALFORMED,
  members,
  method,
  SEGMENTS,
  SIGNATURE,
  UNNAMED_METHOD,
  wholeHeader,
  type TokenAnswer,
  type TokenRow,
} from './token-rows.ts';

const strangerJwk = createPublicKey(stranger).export({ format: 'jwk' });
const strangerEcJwk = createPublicKey(strangerEc).export({ format: 'jwk' });
const elsewhere = 'https://evil.example.com/jwks.json';

const pem = ({ publicKey }: Forge): string => publicKey.export({ type: 'spki', format: 'pem' }).toString();
const pkcs1 = ({ publicKey }: Forge): string => publicKey.export({ type: 'pkcs1', format: 'pem' }).toString();
const der = ({ publicKey }: Forge): Buffer => publicKey.export({ type: 'spki', format: 'der' });
const modulus = ({ publicKey }: Forge): string => publicKey.export({ format: 'jwk' }).n ?? '';

/** Returns a token signed by HS256 with a public value as its secret. */
const hs256 =
  (secret: (forge: Forge) => string | Buffer) =>
  (forge: Forge): string =>
    forge.by(hmac(secret(forge)), { alg: 'HS256' });

/** An unencoded payload (RFC 7797), which contains dots. */
function unencoded(forge: Forge): string {
  const [head = '', , tail = ''] = forge.token({ b64: false }).split('.');
  return `${head}.${JSON.stringify(forge.claims)}.${tail}`;
}

const swappedCase = (text: string): string =>
  text.replace(/[a-z]/gi, (letter) => (letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase()));

const tokens = rowsOf<TokenRow[1], TokenAnswer>;
/** Returns a row for each value of a header field, which completes the name; all signatures are good. */
const rowsFor = (name: string, field: string, answer: TokenAnswer, values: readonly unknown[]): TokenRow[] =>
  values.map((value) => [`${name}: ${JSON.stringify(value)}`, header({ [field]: value }), answer]);
/** Returns a row for each algorithm, which the response names. */
const named = (name: string, algorithms: readonly string[], token: (alg: string) => TokenRow[1]): TokenRow[] =>
  algorithms.map((alg) => [`${name}: ${alg}`, token(alg), method(alg)]);

const signedFor = (alg: string, signer: (forge: Forge) => Parameters<Forge['by']>[0]) => (forge: Forge) =>
  forge.by(signer(forge), { alg });
const digestOf = (alg: string): string => `sha${alg.slice(2)}`;

export const ALGORITHMS: readonly TokenRow[] = [
  ...named('rejects a token without a signature', ['none', 'None', 'NONE', 'nOnE'], (alg) =>
    signedFor(alg, () => unsigned),
  ),
  ...named('rejects an algorithm although the signature is good', ['none', 'rs256', 'constructor', 'toString'], (alg) =>
    header({ alg }),
  ),
  ...rowsFor('rejects an algorithm without repeating it', 'alg', UNNAMED_METHOD, ['', undefined, null, 256, true]),
  ...rowsFor('rejects an algorithm without repeating it', 'alg', UNNAMED_METHOD, [['RS256'], { name: 'RS256' }]),
  ...rowsFor('rejects an algorithm without repeating it', 'alg', UNNAMED_METHOD, ['RS256 ', 'RS256\0', '__proto__']),
  ...rowsFor('rejects an algorithm that would break the header', 'alg', UNNAMED_METHOD, ['x"\r\nset-cookie: a=b']),
  ...tokens(UNNAMED_METHOD, {
    'rejects an algorithm of 4,000 letters without repeating it': header({ alg: 'R'.repeat(4000) }),
    'rejects an algorithm of 3,000 nested lists': wholeHeader(`{"alg":${'['.repeat(3000)}${']'.repeat(3000)}}`),
  }),
  ...named('rejects another algorithm', ['RS1'], (alg) => signedFor(alg, ({ key }) => rsa(key, 'sha1'))),
  ...tokens(method('HS256'), {
    // docs/fidelity.md F4
    'rejects HS256 with the public key as PEM for its secret': hs256(pem),
    'rejects HS256 with the PEM without its last line end': hs256((f) => pem(f).trimEnd()),
    'rejects HS256 with the public key as PKCS #1 PEM': hs256(pkcs1),
    'rejects HS256 with the public key as DER for its secret': hs256(der),
    'rejects HS256 with the n of the JWK for its secret': hs256(modulus),
    'rejects HS256 with the decoded n for its secret': hs256((f) => Buffer.from(modulus(f), 'base64url')),
    'rejects HS256 with the kid for its secret': hs256((f) => f.kid),
    'rejects HS256 with an empty secret': hs256(() => ''),
  }),
  ...named('rejects an HMAC by the public key', ['HS384', 'HS512'], (alg) =>
    signedFor(alg, (f) => hmac(pem(f), digestOf(alg))),
  ),
  ...named('rejects the right key (unverified)', ['PS256', 'PS384', 'PS512'], (alg) =>
    signedFor(alg, ({ key }) => pss(key, digestOf(alg))),
  ),
  ...named('rejects another kind of key', ['ES256'], (alg) => signedFor(alg, () => ecdsa)),
  ...named('rejects another kind of key', ['EdDSA'], (alg) => signedFor(alg, () => eddsa)),
  ...named('rejects a signature of zeros', ['ES256'], (alg) => signedFor(alg, () => () => Buffer.alloc(64))),
  ...rowsFor('accepts an RSA-based algorithm', 'alg', 'good', ['RS384', 'RS512']),
  ...tokens(SIGNATURE, {
    'rejects RS256 with a PSS signature': (f) => f.by(pss(f.key)),
    'rejects RS256 with a signature over SHA-512': (f) => f.by(rsa(f.key, 'sha512')),
    'rejects RS512 with a signature over SHA-256': (f) => f.by(rsa(f.key), { alg: 'RS512' }),
    'rejects RS256 with an HMAC by the public key': (f) => f.by(hmac(pem(f))),
    'rejects RS256 with an ECDSA signature': (f) => f.by(ecdsa),
    'rejects RS256 without a signature': (f) => f.by(unsigned),
    'rejects RS256 with a signature of zeros': (f) => f.by(() => Buffer.alloc(256)),
    'rejects RS256 with a signature of ones': (f) => f.by(() => Buffer.alloc(256, 255)),
    // docs/fidelity.md F6
    'rejects RS256 by another key': (f) => f.by(rsa(stranger)),
  }),
];

export const HEADERS: readonly TokenRow[] = [
  ...tokens(SIGNATURE, {
    'does not fetch jku for a token by another key': (f) => f.by(rsa(stranger), { jku: elsewhere }),
    'does not fetch x5u': (f) => f.by(rsa(stranger), { x5u: elsewhere }),
    'accepts no key from a jwk header': (f) => f.by(rsa(stranger), { jwk: strangerJwk }),
    'accepts no key from a jwk header with the right kid in it': (f) =>
      f.by(rsa(stranger), { jwk: { ...strangerJwk, kid: f.kid } }),
    'accepts no key from x5c': (f) => f.by(rsa(stranger), { x5c: ['MIIB'], x5t: 'AA' }),
  }),
  ...tokens(KEY, {
    'does not fetch jku for an unknown key id': (f) => f.by(rsa(stranger), { jku: elsewhere, kid: 'x' }),
    'accepts no key from a jwk header that names itself': (f) => f.by(rsa(stranger), { jwk: strangerJwk, kid: 'x' }),
  }),
  ['rejects ES256 with its key in jwk', (f) => f.by(ecdsa, { alg: 'ES256', jwk: strangerEcJwk }), method('ES256')],
  ...rowsFor('rejects crit', 'crit', MALFORMED, [[], null, 'exp']),
  ...tokens(MALFORMED, {
    'rejects crit with b64': header({ crit: ['b64'], b64: false }),
    'rejects crit with an unknown name': header({ crit: ['x'], x: 1 }),
    'rejects a token inside a token': (f) => f.signed({ ...f.header, cty: 'JWT' }, f.token()),
    'rejects a deflated payload': (f) =>
      f.signed({ ...f.header, zip: 'DEF' }, deflateRawSync(JSON.stringify(f.claims))),
    'rejects an empty header': wholeHeader(''),
    'rejects a header that is not closed': wholeHeader('{"alg":"RS256"'),
    'rejects a header with more after it': (f) => f.signed(`${JSON.stringify(f.header)}x`),
    'rejects a header with a NUL after it': (f) => f.signed(`${JSON.stringify(f.header)}\0`),
    'rejects a header with a byte order mark': (f) => f.signed(`\uFEFF${JSON.stringify(f.header)}`),
    'rejects a header in UTF-16': (f) => f.signed(Buffer.from(JSON.stringify(f.header), 'utf16le')),
    'rejects a header that is not UTF-8': (f) => f.signed(Buffer.from(`{"x":"\xff",${members(f.header)}}`, 'latin1')),
  }),
  ...['["RS256"]', '"RS256"', '5', 'null'].map((json): TokenRow => [
    `rejects a header that is no object: ${json}`,
    wholeHeader(json),
    MALFORMED,
  ]),
  ...tokens(SEGMENTS, {
    'rejects a payload that b64 false leaves unencoded': unencoded,
    'rejects the five segments of a JWE': (f) =>
      [encode({ alg: 'RSA-OAEP', enc: 'A256GCM', kid: f.kid }), 'a', 'b', 'c', 'd'].join('.'),
  }),
  [
    'rejects a JWE cut to three segments',
    (f) => compact({ alg: 'dir', enc: 'A256GCM', kid: f.kid }, f.claims, unsigned),
    method('dir'),
  ],
  ['rejects two algorithms, the last none', (f) => f.signed(`{${members(f.header)},"alg":"none"}`), method('none')],
  ...rowsFor('ignores typ', 'typ', 'good', ['at+jwt', undefined]),
  ...rowsFor('ignores typ (unverified)', 'typ', 'good', [5, 'JWE']),
  ...tokens('good', {
    'ignores jku of a good token': header({ jku: elsewhere }),
    'ignores jwk of a good token': header({ jwk: strangerEcJwk }),
    'ignores b64 that no crit names (unverified)': header({ b64: false }),
    'ignores zip where nothing is zipped (unverified)': header({ zip: 'DEF' }),
    'uses the last of two algorithms, as Go does': (f) => f.signed(`{"alg":"none",${members(f.header)}}`),
    'accepts a header with spaces in it, which JSON allows': (f) => f.signed(` ${JSON.stringify(f.header)}\r\n `),
  }),
  [
    'reads nothing from a __proto__ in the header',
    wholeHeader('{"__proto__":{"alg":"RS256","kid":"x"}}'),
    UNNAMED_METHOD,
  ],
];

export const KEY_IDS: readonly TokenRow[] = [
  ...rowsFor('rejects a token without a kid', 'kid', KEY, [undefined, '', null, 0]),
  ...rowsFor('rejects an unknown kid', 'kid', KEY, ['__proto__', 'constructor', '../../../../etc/passwd', elsewhere]),
  ...rowsFor('rejects an unknown kid', 'kid', KEY, ["x' UNION SELECT 'secret'--", 'x; touch /tmp/x']),
  ...tokens(KEY, {
    'rejects a kid that is a list with the right one': (f) => f.token({ kid: [f.kid] }),
    'rejects a kid that is an object': (f) => f.token({ kid: { [f.kid]: f.kid } }),
    'rejects the kid /dev/null with an HMAC of nothing': (f) => f.by(hmac(''), { kid: '/dev/null' }),
    'rejects a kid of 5,000 letters': header({ kid: 'k'.repeat(5000) }),
    'rejects a kid of another case': (f) => f.token({ kid: swappedCase(f.kid) }),
    'rejects a kid with a space after it': (f) => f.token({ kid: `${f.kid} ` }),
    'rejects a kid with a space before it': (f) => f.token({ kid: ` ${f.kid}` }),
    'rejects a kid with a NUL after it': (f) => f.token({ kid: `${f.kid}\0` }),
    // docs/fidelity.md F5
    'rejects a kid cut short': (f) => f.token({ kid: f.kid.slice(0, -1) }),
    'rejects two kids, the last unknown': (f) => f.signed(`{${members(f.header)},"kid":"x"}`),
  }),
  ['uses the last of two kids, as Go does', (f) => f.signed(`{"kid":"x",${members(f.header)}}`), 'good'],
];
