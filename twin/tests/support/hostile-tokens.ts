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

/** HS256 with something public for its secret. */
const hs256 =
  (secret: (forge: Forge) => string | Buffer) =>
  (forge: Forge): string =>
    forge.by(hmac(secret(forge)), { alg: 'HS256' });

/** A payload as RFC 7797 leaves it: it has dots of its own. */
function unencoded(forge: Forge): string {
  const [head = '', , tail = ''] = forge.token({ b64: false }).split('.');
  return `${head}.${JSON.stringify(forge.claims)}.${tail}`;
}

const swappedCase = (text: string): string =>
  text.replace(/[a-z]/gi, (letter) => (letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase()));

export const ALGORITHMS: readonly TokenRow[] = [
  ['refuses the algorithm none without a signature', (f) => f.by(unsigned, { alg: 'none' }), method('none')],
  ['refuses the algorithm None without a signature', (f) => f.by(unsigned, { alg: 'None' }), method('None')],
  ['refuses the algorithm NONE without a signature', (f) => f.by(unsigned, { alg: 'NONE' }), method('NONE')],
  ['refuses the algorithm nOnE without a signature', (f) => f.by(unsigned, { alg: 'nOnE' }), method('nOnE')],
  ['refuses the algorithm none with a good RSA signature', header({ alg: 'none' }), method('none')],
  ['refuses an empty algorithm', header({ alg: '' }), UNNAMED_METHOD],
  ['refuses a token without an algorithm', header({ alg: undefined }), UNNAMED_METHOD],
  ['refuses an algorithm that is null', header({ alg: null }), UNNAMED_METHOD],
  ['refuses an algorithm that is a number', header({ alg: 256 }), UNNAMED_METHOD],
  ['refuses an algorithm that is true', header({ alg: true }), UNNAMED_METHOD],
  ['refuses an algorithm that is a list of RS256', header({ alg: ['RS256'] }), UNNAMED_METHOD],
  ['refuses an algorithm that is an object', header({ alg: { name: 'RS256' } }), UNNAMED_METHOD],
  ['refuses the algorithm rs256 in small letters', header({ alg: 'rs256' }), method('rs256')],
  ['refuses the algorithm RS256 with a space after it', header({ alg: 'RS256 ' }), UNNAMED_METHOD],
  ['refuses the algorithm RS256 with a NUL after it', header({ alg: 'RS256\0' }), UNNAMED_METHOD],
  ['refuses the algorithm RS1', (f) => f.by(rsa(f.key, 'sha1'), { alg: 'RS1' }), method('RS1')],
  ['refuses the algorithm __proto__', header({ alg: '__proto__' }), UNNAMED_METHOD],
  ['refuses the algorithm constructor', header({ alg: 'constructor' }), method('constructor')],
  ['refuses the algorithm toString', header({ alg: 'toString' }), method('toString')],
  ['refuses an algorithm of 4,000 letters without repeating it', header({ alg: 'R'.repeat(4000) }), UNNAMED_METHOD],
  ['repeats no algorithm that would break the header', header({ alg: 'x"\r\nset-cookie: a=b' }), UNNAMED_METHOD],
  [
    'refuses an algorithm of 3,000 nested lists',
    wholeHeader(`{"alg":${'['.repeat(3000)}${']'.repeat(3000)}}`),
    UNNAMED_METHOD,
  ],
  ['refuses HS256 with the public key as PEM for its secret', hs256(pem), method('HS256')],
  ['refuses HS256 with the PEM without its last line end', hs256((f) => pem(f).trimEnd()), method('HS256')],
  ['refuses HS256 with the public key as PKCS #1 PEM', hs256(pkcs1), method('HS256')],
  ['refuses HS256 with the public key as DER for its secret', hs256(der), method('HS256')],
  ['refuses HS256 with the n of the JWK for its secret', hs256(modulus), method('HS256')],
  [
    'refuses HS256 with the decoded n for its secret',
    hs256((f) => Buffer.from(modulus(f), 'base64url')),
    method('HS256'),
  ],
  ['refuses HS256 with the kid for its secret', hs256((f) => f.kid), method('HS256')],
  ['refuses HS256 with an empty secret', hs256(() => ''), method('HS256')],
  ['refuses HS384', (f) => f.by(hmac(pem(f), 'sha384'), { alg: 'HS384' }), method('HS384')],
  ['refuses HS512', (f) => f.by(hmac(pem(f), 'sha512'), { alg: 'HS512' }), method('HS512')],
  ['refuses ES256', (f) => f.by(ecdsa, { alg: 'ES256' }), method('ES256')],
  ['refuses ES256 with a signature of zeros', (f) => f.by(() => Buffer.alloc(64), { alg: 'ES256' }), method('ES256')],
  ['refuses EdDSA', (f) => f.by(eddsa, { alg: 'EdDSA' }), method('EdDSA')],
  ['refuses PS256 by the right key: unsettled', (f) => f.by(pss(f.key), { alg: 'PS256' }), method('PS256')],
  ['refuses PS384 by the right key: unsettled', (f) => f.by(pss(f.key, 'sha384'), { alg: 'PS384' }), method('PS384')],
  ['refuses PS512 by the right key: unsettled', (f) => f.by(pss(f.key, 'sha512'), { alg: 'PS512' }), method('PS512')],
  ['takes RS384, which is RSA-based', header({ alg: 'RS384' }), 'good'],
  ['takes RS512, which is RSA-based', header({ alg: 'RS512' }), 'good'],
  ['refuses RS256 with a PSS signature', (f) => f.by(pss(f.key)), SIGNATURE],
  ['refuses RS256 with a signature over SHA-512', (f) => f.by(rsa(f.key, 'sha512')), SIGNATURE],
  ['refuses RS512 with a signature over SHA-256', (f) => f.by(rsa(f.key), { alg: 'RS512' }), SIGNATURE],
  ['refuses RS256 with an HMAC by the public key', (f) => f.by(hmac(pem(f))), SIGNATURE],
  ['refuses RS256 with an ECDSA signature', (f) => f.by(ecdsa), SIGNATURE],
  ['refuses RS256 without a signature', (f) => f.by(unsigned), SIGNATURE],
  ['refuses RS256 with a signature of zeros', (f) => f.by(() => Buffer.alloc(256)), SIGNATURE],
  ['refuses RS256 with a signature of ones', (f) => f.by(() => Buffer.alloc(256, 255)), SIGNATURE],
  ['refuses RS256 by somebody else’s key', (f) => f.by(rsa(stranger)), SIGNATURE],
];

export const HEADERS: readonly TokenRow[] = [
  ['asks no jku: a token by somebody else stays one', (f) => f.by(rsa(stranger), { jku: elsewhere }), SIGNATURE],
  [
    'asks no jku: a key id of somebody else’s is unknown',
    (f) => f.by(rsa(stranger), { jku: elsewhere, kid: 'x' }),
    KEY,
  ],
  ['asks no x5u', (f) => f.by(rsa(stranger), { x5u: elsewhere }), SIGNATURE],
  ['takes no key from a jwk header', (f) => f.by(rsa(stranger), { jwk: strangerJwk }), SIGNATURE],
  ['takes no key from a jwk header that names itself', (f) => f.by(rsa(stranger), { jwk: strangerJwk, kid: 'x' }), KEY],
  [
    'takes no key from a jwk header with the right kid in it',
    (f) => f.by(rsa(stranger), { jwk: { ...strangerJwk, kid: f.kid } }),
    SIGNATURE,
  ],
  ['takes no key from x5c', (f) => f.by(rsa(stranger), { x5c: ['MIIB'], x5t: 'AA' }), SIGNATURE],
  ['refuses ES256 with its key in jwk', (f) => f.by(ecdsa, { alg: 'ES256', jwk: strangerEcJwk }), method('ES256')],
  ['looks at no jku of a good token', header({ jku: elsewhere }), 'good'],
  ['looks at no jwk of a good token', header({ jwk: strangerEcJwk }), 'good'],
  ['refuses crit with b64', header({ crit: ['b64'], b64: false }), MALFORMED],
  ['refuses crit with an unknown name', header({ crit: ['x'], x: 1 }), MALFORMED],
  ['refuses an empty crit', header({ crit: [] }), MALFORMED],
  ['refuses crit that is null', header({ crit: null }), MALFORMED],
  ['refuses crit that is a text', header({ crit: 'exp' }), MALFORMED],
  ['refuses a payload that b64 false leaves unencoded', unencoded, SEGMENTS],
  ['looks at no b64 that no crit names: unsettled', header({ b64: false }), 'good'],
  ['refuses a token inside a token', (f) => f.signed({ ...f.header, cty: 'JWT' }, f.token()), MALFORMED],
  [
    'refuses the five segments of a JWE',
    (f) => [encode({ alg: 'RSA-OAEP', enc: 'A256GCM', kid: f.kid }), 'a', 'b', 'c', 'd'].join('.'),
    SEGMENTS,
  ],
  [
    'refuses a JWE cut to three segments',
    (f) => compact({ alg: 'dir', enc: 'A256GCM', kid: f.kid }, f.claims, unsigned),
    method('dir'),
  ],
  [
    'refuses a deflated payload',
    (f) => f.signed({ ...f.header, zip: 'DEF' }, deflateRawSync(JSON.stringify(f.claims))),
    MALFORMED,
  ],
  ['looks at no zip where nothing is zipped: unsettled', header({ zip: 'DEF' }), 'good'],
  ['looks at no typ: at+jwt', header({ typ: 'at+jwt' }), 'good'],
  ['looks at no typ: absent', header({ typ: undefined }), 'good'],
  ['looks at no typ: a number, unsettled', header({ typ: 5 }), 'good'],
  ['looks at no typ: JWE, unsettled', header({ typ: 'JWE' }), 'good'],
  ['refuses two algorithms, the last none', (f) => f.signed(`{${members(f.header)},"alg":"none"}`), method('none')],
  ['counts the last of two algorithms, as Go does', (f) => f.signed(`{"alg":"none",${members(f.header)}}`), 'good'],
  ['refuses a header that is a list', wholeHeader('["RS256"]'), MALFORMED],
  ['refuses a header that is a text', wholeHeader('"RS256"'), MALFORMED],
  ['refuses a header that is a number', wholeHeader('5'), MALFORMED],
  ['refuses a header that is null', wholeHeader('null'), MALFORMED],
  ['refuses a header without a character', wholeHeader(''), MALFORMED],
  ['refuses a header that is not closed', wholeHeader('{"alg":"RS256"'), MALFORMED],
  ['refuses a header with more after it', (f) => f.signed(`${JSON.stringify(f.header)}x`), MALFORMED],
  ['refuses a header with a byte order mark', (f) => f.signed(`\uFEFF${JSON.stringify(f.header)}`), MALFORMED],
  ['refuses a header in UTF-16', (f) => f.signed(Buffer.from(JSON.stringify(f.header), 'utf16le')), MALFORMED],
  [
    'refuses a header that is no UTF-8',
    (f) => f.signed(Buffer.from(`{"x":"\xff",${members(f.header)}}`, 'latin1')),
    MALFORMED,
  ],
  ['refuses a header with a NUL after it', (f) => f.signed(`${JSON.stringify(f.header)}\0`), MALFORMED],
  ['takes a header with spaces in it, which JSON allows', (f) => f.signed(` ${JSON.stringify(f.header)}\r\n `), 'good'],
  [
    'takes nothing from a __proto__ in the header',
    wholeHeader('{"__proto__":{"alg":"RS256","kid":"x"}}'),
    UNNAMED_METHOD,
  ],
];

export const KEY_IDS: readonly TokenRow[] = [
  ['refuses a token without a kid', header({ kid: undefined }), KEY],
  ['refuses an empty kid', header({ kid: '' }), KEY],
  ['refuses a kid that is null', header({ kid: null }), KEY],
  ['refuses a kid that is a number', header({ kid: 0 }), KEY],
  ['refuses a kid that is a list of the right one', (f) => f.token({ kid: [f.kid] }), KEY],
  ['refuses a kid that is an object', (f) => f.token({ kid: { [f.kid]: f.kid } }), KEY],
  ['refuses the kid __proto__', header({ kid: '__proto__' }), KEY],
  ['refuses the kid constructor', header({ kid: 'constructor' }), KEY],
  ['refuses a kid that is a path', header({ kid: '../../../../etc/passwd' }), KEY],
  ['refuses the kid /dev/null with an HMAC of nothing', (f) => f.by(hmac(''), { kid: '/dev/null' }), KEY],
  ['refuses a kid that is a URL', header({ kid: elsewhere }), KEY],
  ['refuses a kid that is SQL', header({ kid: "x' UNION SELECT 'secret'--" }), KEY],
  ['refuses a kid that is a shell’s', header({ kid: 'x; touch /tmp/x' }), KEY],
  ['refuses a kid of 5,000 letters', header({ kid: 'k'.repeat(5000) }), KEY],
  ['refuses a kid of another case', (f) => f.token({ kid: swappedCase(f.kid) }), KEY],
  ['refuses a kid with a space after it', (f) => f.token({ kid: `${f.kid} ` }), KEY],
  ['refuses a kid with a space before it', (f) => f.token({ kid: ` ${f.kid}` }), KEY],
  ['refuses a kid with a NUL after it', (f) => f.token({ kid: `${f.kid}\0` }), KEY],
  ['refuses a kid cut short', (f) => f.token({ kid: f.kid.slice(0, -1) }), KEY],
  ['refuses two kids, the last unknown', (f) => f.signed(`{${members(f.header)},"kid":"x"}`), KEY],
  ['counts the last of two kids, as Go does', (f) => f.signed(`{"kid":"x",${members(f.header)}}`), 'good'],
];
