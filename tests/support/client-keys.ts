import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';

/** A public key of a client, in PEM. Its private key was never kept. */
export const PUBLIC_KEY = `-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA4JAPpwqiVD9jKuKtS7NS
iQG658HaHh+ttQ58pRkYY6xq6pGBOx3/nQoeIfPb4K5ymHOtrX7HaD9a4IMONyLY
ZU5Gk8w0s+rL+G6M5vzFQcy05heI/UpUy5H8grWPPee01hnrh+Zjm05hnGOyk3/R
XIeR20Xj3csNiPWgoUEFoFwX1RZK9L65dWEMN6qztmr0hsy+fPr9qAb7KJfJOrLa
u69FTAZnok002AiM3MogqxYT5PMGwR56Xobg+cshrsgodjKZNltS952I6i23pXYa
H8QD5aCfWoa7YzW/k3YqWIRV5W4hZe2ZkTUJ9Onw3KsHlrCy9f2CKs+xOt1nWb1Z
eQIDAQAB
-----END PUBLIC KEY-----
`;
/** Its thumbprint (RFC 7638). */
export const PUBLIC_KEY_ID = '7BKvYcK8DfMi-Id18fL4U4i2_gfK9YUeYTmwIifS-IE';

/** A new key, which takes about a tenth of a second. */
export function newClientKey(): { readonly privateKey: KeyObject; readonly pem: string } {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { privateKey, pem: createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString() };
}
