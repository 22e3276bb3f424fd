import { createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

// The baseline of the throughput: verifies the RS256 signature of each request, and does nothing else.
const key = createPublicKey(readFileSync(process.argv[2] ?? '', 'utf8'));

const server = createServer((request, response) => {
  const token = request.headers.authorization?.slice('Bearer '.length) ?? '';
  const end = token.lastIndexOf('.');
  const signature = Buffer.from(token.slice(end + 1), 'base64url');
  const valid = verify('sha256', Buffer.from(token.slice(0, end)), key, signature);
  response.statusCode = valid ? 200 : 401;
  response.setHeader('content-type', 'application/json');
  response.end(valid ? '"JWT test backend lambda"' : '{"message":"Unauthorized"}');
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}/\n`);
});
