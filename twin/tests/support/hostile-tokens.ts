import { createPublicKey } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { compact, ecdsa, eddsa, encode, hmac, pss, rsa, stranger, strangerEc, unsigned, type Forge } from './forge.ts';
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

export const ALGORITHMS: readonly TokenRow[] = [
  ['rejects the algorithm none without a signature', (f) => f.by(unsigned, { alg: 'none' }), method('none')],
  ['rejects the algorithm None without a signature', (f) => f.by(unsigned, { alg: 'None' }), method('None')],
  ['rejects the algorithm NONE without a signature', (f) => f.by(unsigned, { alg: 'NONE' }), method('NONE')],
  ['rejects the algorithm nOnE without a signature', (f) => f.by(unsigned, { alg: 'nOnE' }), method('nOnE')],
  ['rejects the algorithm none with a good RSA signature', header({ alg: 'none' }), method('none')],
  ['rejects an empty algorithm', header({ alg: '' }), UNNAMED_METHOD],
  ['rejects a token without an algorithm', header({ alg: undefined }), UNNAMED_METHOD],
  ['rejects an algorithm that is null', header({ alg: null }), UNNAMED_METHOD],
  ['rejects an algorithm that is a number', header({ alg: 256 }), UNNAMED_METHOD],
  ['rejects an algorithm that is true', header({ alg: true }), UNNAMED_METHOD],
  ['rejects an algorithm that is a list of RS256', header({ alg: ['RS256'] }), UNNAMED_METHOD],
  ['rejects an algorithm that is an object', header({ alg: { name: 'RS256' } }), UNNAMED_METHOD],
  ['rejects the algorithm rs256 in lower case', header({ alg: 'rs256' }), method('rs256')],
  ['rejects the algorithm RS256 with a space after it', header({ alg: 'RS256 ' }), UNNAMED_METHOD],
  ['rejects the algorithm RS256 with a NUL after it', header({ alg: 'RS256\0' }), UNNAMED_METHOD],
  ['rejects the algorithm RS1', (f) => f.by(rsa(f.key, 'sha1'), { alg: 'RS1' }), method('RS1')],
  ['rejects the algorithm __proto__', header({ alg: '__proto__' }), UNNAMED_METHOD],
  ['rejects the algorithm constructor', header({ alg: 'constructor' }), method('constructor')],
  ['rejects the algorithm toString', header({ alg: 'toString' }), method('toString')],
  ['rejects an algorithm of 4,000 letters without repeating it', header({ alg: 'R'.repeat(4000) }), UNNAMED_METHOD],
  [
    'does not repeat an algorithm that would break the header',
    header({ alg: 'x"\r\nset-cookie: a=b' }),
    UNNAMED_METHOD,
  ],
  [
    'rejects an algorithm of 3,000 nested lists',
    wholeHeader(`{"alg":${'['.repeat(3000)}${']'.repeat(3000)}}`),
    UNNAMED_METHOD,
  ],
  // docs/fidelity.md F4
  ['rejects HS256 with the public key as PEM for its secret', hs256(pem), method('HS256')],
  ['rejects HS256 with the PEM without its last line end', hs256((f) => pem(f).trimEnd()), method('HS256')],
  ['rejects HS256 with the public key as PKCS #1 PEM', hs256(pkcs1), method('HS256')],
  ['rejects HS256 with the public key as DER for its secret', hs256(der), method('HS256')],
  ['rejects HS256 with the n of the JWK for its secret', hs256(modulus), method('HS256')],
  [
    'rejects HS256 with the decoded n for its secret',
    hs256((f) => Buffer.from(modulus(f), 'base64url')),
    method('HS256'),
  ],
  ['rejects HS256 with the kid for its secret', hs256((f) => f.kid), method('HS256')],
  ['rejects HS256 with an empty secret', hs256(() => ''), method('HS256')],
  ['rejects HS384', (f) => f.by(hmac(pem(f), 'sha384'), { alg: 'HS384' }), method('HS384')],
  ['rejects HS512', (f) => f.by(hmac(pem(f), 'sha512'), { alg: 'HS512' }), method('HS512')],
  ['rejects ES256', (f) => f.by(ecdsa, { alg: 'ES256' }), method('ES256')],
  ['rejects ES256 with a signature of zeros', (f) => f.by(() => Buffer.alloc(64), { alg: 'ES256' }), method('ES256')],
  ['rejects EdDSA', (f) => f.by(eddsa, { alg: 'EdDSA' }), method('EdDSA')],
  ['rejects PS256 by the right key (unverified)', (f) => f.by(pss(f.key), { alg: 'PS256' }), method('PS256')],
  ['rejects PS384 by the right key (unverified)', (f) => f.by(pss(f.key, 'sha384'), { alg: 'PS384' }), method('PS384')],
  ['rejects PS512 by the right key (unverified)', (f) => f.by(pss(f.key, 'sha512'), { alg: 'PS512' }), method('PS512')],
  ['accepts RS384, which is RSA-based', header({ alg: 'RS384' }), 'good'],
  ['accepts RS512, which is RSA-based', header({ alg: 'RS512' }), 'good'],
  ['rejects RS256 with a PSS signature', (f) => f.by(pss(f.key)), SIGNATURE],
  ['rejects RS256 with a signature over SHA-512', (f) => f.by(rsa(f.key, 'sha512')), SIGNATURE],
  ['rejects RS512 with a signature over SHA-256', (f) => f.by(rsa(f.key), { alg: 'RS512' }), SIGNATURE],
  ['rejects RS256 with an HMAC by the public key', (f) => f.by(hmac(pem(f))), SIGNATURE],
  ['rejects RS256 with an ECDSA signature', (f) => f.by(ecdsa), SIGNATURE],
  ['rejects RS256 without a signature', (f) => f.by(unsigned), SIGNATURE],
  ['rejects RS256 with a signature of zeros', (f) => f.by(() => Buffer.alloc(256)), SIGNATURE],
  ['rejects RS256 with a signature of ones', (f) => f.by(() => Buffer.alloc(256, 255)), SIGNATURE],
  // docs/fidelity.md F6
  ['rejects RS256 by another key', (f) => f.by(rsa(stranger)), SIGNATURE],
];

export const HEADERS: readonly TokenRow[] = [
  ['does not fetch jku for a token by another key', (f) => f.by(rsa(stranger), { jku: elsewhere }), SIGNATURE],
  ['does not fetch jku for an unknown key id', (f) => f.by(rsa(stranger), { jku: elsewhere, kid: 'x' }), KEY],
  ['does not fetch x5u', (f) => f.by(rsa(stranger), { x5u: elsewhere }), SIGNATURE],
  ['accepts no key from a jwk header', (f) => f.by(rsa(stranger), { jwk: strangerJwk }), SIGNATURE],
  [
    'accepts no key from a jwk header that names itself',
    (f) => f.by(rsa(stranger), { jwk: strangerJwk, kid: 'x' }),
    KEY,
  ],
  [
    'accepts no key from a jwk header with the right kid in it',
    (f) => f.by(rsa(stranger), { jwk: { ...strangerJwk, kid: f.kid } }),
    SIGNATURE,
  ],
  ['accepts no key from x5c', (f) => f.by(rsa(stranger), { x5c: ['MIIB'], x5t: 'AA' }), SIGNATURE],
  ['rejects ES256 with its key in jwk', (f) => f.by(ecdsa, { alg: 'ES256', jwk: strangerEcJwk }), method('ES256')],
  ['ignores jku of a good token', header({ jku: elsewhere }), 'good'],
  ['ignores jwk of a good token', header({ jwk: strangerEcJwk }), 'good'],
  ['rejects crit with b64', header({ crit: ['b64'], b64: false }), MALFORMED],
  ['rejects crit with an unknown name', header({ crit: ['x'], x: 1 }), MALFORMED],
  ['rejects an empty crit', header({ crit: [] }), MALFORMED],
  ['rejects crit that is null', header({ crit: null }), MALFORMED],
  ['rejects crit that is a string', header({ crit: 'exp' }), MALFORMED],
  ['rejects a payload that b64 false leaves unencoded', unencoded, SEGMENTS],
  ['ignores b64 that no crit names (unverified)', header({ b64: false }), 'good'],
  ['rejects a token inside a token', (f) => f.signed({ ...f.header, cty: 'JWT' }, f.token()), MALFORMED],
  [
    'rejects the five segments of a JWE',
    (f) => [encode({ alg: 'RSA-OAEP', enc: 'A256GCM', kid: f.kid }), 'a', 'b', 'c', 'd'].join('.'),
    SEGMENTS,
  ],
  [
    'rejects a JWE cut to three segments',
    (f) => compact({ alg: 'dir', enc: 'A256GCM', kid: f.kid }, f.claims, unsigned),
    method('dir'),
  ],
  [
    'rejects a deflated payload',
    (f) => f.signed({ ...f.header, zip: 'DEF' }, deflateRawSync(JSON.stringify(f.claims))),
    MALFORMED,
  ],
  ['ignores zip where nothing is zipped (unverified)', header({ zip: 'DEF' }), 'good'],
  ['ignores typ: at+jwt', header({ typ: 'at+jwt' }), 'good'],
  ['ignores typ: absent', header({ typ: undefined }), 'good'],
  ['ignores typ: a number (unverified)', header({ typ: 5 }), 'good'],
  ['ignores typ: JWE (unverified)', header({ typ: 'JWE' }), 'good'],
  ['rejects two algorithms, the last none', (f) => f.signed(`{${members(f.header)},"alg":"none"}`), method('none')],
  ['uses the last of two algorithms, as Go does', (f) => f.signed(`{"alg":"none",${members(f.header)}}`), 'good'],
  ['rejects a header that is a list', wholeHeader('["RS256"]'), MALFORMED],
  ['rejects a header that is a string', wholeHeader('"RS256"'), MALFORMED],
  ['rejects a header that is a number', wholeHeader('5'), MALFORMED],
  ['rejects a header that is null', wholeHeader('null'), MALFORMED],
  ['rejects an empty header', wholeHeader(''), MALFORMED],
  ['rejects a header that is not closed', wholeHeader('{"alg":"RS256"'), MALFORMED],
  ['rejects a header with more after it', (f) => f.signed(`${JSON.stringify(f.header)}x`), MALFORMED],
  ['rejects a header with a byte order mark', (f) => f.signed(`\uFEFF${JSON.stringify(f.header)}`), MALFORMED],
  ['rejects a header in UTF-16', (f) => f.signed(Buffer.from(JSON.stringify(f.header), 'utf16le')), MALFORMED],
  [
    'rejects a header that is not UTF-8',
    (f) => f.signed(Buffer.from(`{"x":"\xff",${members(f.header)}}`, 'latin1')),
    MALFORMED,
  ],
  ['rejects a header with a NUL after it', (f) => f.signed(`${JSON.stringify(f.header)}\0`), MALFORMED],
  [
    'accepts a header with spaces in it, which JSON allows',
    (f) => f.signed(` ${JSON.stringify(f.header)}\r\n `),
    'good',
  ],
  [
    'reads nothing from a __proto__ in the header',
    wholeHeader('{"__proto__":{"alg":"RS256","kid":"x"}}'),
    UNNAMED_METHOD,
  ],
];

export const KEY_IDS: readonly TokenRow[] = [
  ['rejects a token without a kid', header({ kid: undefined }), KEY],
  ['rejects an empty kid', header({ kid: '' }), KEY],
  ['rejects a kid that is null', header({ kid: null }), KEY],
  ['rejects a kid that is a number', header({ kid: 0 }), KEY],
  ['rejects a kid that is a list with the right one', (f) => f.token({ kid: [f.kid] }), KEY],
  ['rejects a kid that is an object', (f) => f.token({ kid: { [f.kid]: f.kid } }), KEY],
  ['rejects the kid __proto__', header({ kid: '__proto__' }), KEY],
  ['rejects the kid constructor', header({ kid: 'constructor' }), KEY],
  ['rejects a kid that is a path', header({ kid: '../../../../etc/passwd' }), KEY],
  ['rejects the kid /dev/null with an HMAC of nothing', (f) => f.by(hmac(''), { kid: '/dev/null' }), KEY],
  ['rejects a kid that is a URL', header({ kid: elsewhere }), KEY],
  ['rejects a kid that is SQL', header({ kid: "x' UNION SELECT 'secret'--" }), KEY],
  ['rejects a kid that is a shell command', header({ kid: 'x; touch /tmp/x' }), KEY],
  ['rejects a kid of 5,000 letters', header({ kid: 'k'.repeat(5000) }), KEY],
  ['rejects a kid of another case', (f) => f.token({ kid: swappedCase(f.kid) }), KEY],
  ['rejects a kid with a space after it', (f) => f.token({ kid: `${f.kid} ` }), KEY],
  ['rejects a kid with a space before it', (f) => f.token({ kid: ` ${f.kid}` }), KEY],
  ['rejects a kid with a NUL after it', (f) => f.token({ kid: `${f.kid}\0` }), KEY],
  // docs/fidelity.md F5
  ['rejects a kid cut short', (f) => f.token({ kid: f.kid.slice(0, -1) }), KEY],
  ['rejects two kids, the last unknown', (f) => f.signed(`{${members(f.header)},"kid":"x"}`), KEY],
  ['uses the last of two kids, as Go does', (f) => f.signed(`{"kid":"x",${members(f.header)}}`), 'good'],
];
