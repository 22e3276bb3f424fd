import { connect } from 'node:net';

export interface RawResponse {
  /** 0 if the connection was closed without a response. */
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Sends raw bytes, for requests that no client would send, and reads the whole response. */
export function rawRequest(url: string, bytes: string | Buffer, patience = 60_000): Promise<RawResponse> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname === 'localhost' ? '127.0.0.1' : hostname, port: Number(port) });
    const parts: Buffer[] = [];
    const done = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(parse(Buffer.concat(parts).toString('latin1')));
    };
    const timer = setTimeout(done, patience);
    socket.on('connect', () => socket.write(bytes));
    socket.on('data', (part: Buffer) => {
      parts.push(part);
      if (isWhole(Buffer.concat(parts).toString('latin1'))) done();
    });
    socket.on('end', done);
    socket.on('close', done);
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET' || error.code === 'EPIPE') done();
      else reject(error);
    });
  });
}

/** Returns a request's bytes, with a Host and `connection: close` unless the headers set them. */
export function requestBytes(method: string, target: string, headers: readonly string[] = [], body = ''): Buffer {
  const all = [`${method} ${target} HTTP/1.1`, 'host: localhost', 'connection: close', ...headers];
  return Buffer.from(`${all.join('\r\n')}\r\n\r\n${body}`, 'latin1');
}

/** Returns a request with a length, and with a Host unless its headers have one. */
export function rawRequestOf(
  url: string,
  {
    method,
    path,
    headers,
    body = '',
    patience,
  }: {
    readonly method: string;
    readonly path: string;
    readonly headers: readonly string[];
    readonly body?: string | undefined;
    readonly patience?: number | undefined;
  },
): Promise<RawResponse> {
  const all = [...headers, `content-length: ${Buffer.byteLength(body)}`];
  const bytes = requestBytes(method, path, all, body).toString('latin1');
  const hasHost = headers.some((header) => header.startsWith('host:'));
  return rawRequest(url, Buffer.from(hasHost ? bytes.replace('host: localhost\r\n', '') : bytes, 'latin1'), patience);
}

function parse(text: string): RawResponse {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const [line = '', ...headers] = head.split('\r\n');
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(line)?.[1] ?? 0),
    headers: new Map(
      headers.map((header) => {
        const colon = header.indexOf(':');
        return [header.slice(0, colon).toLowerCase(), header.slice(colon + 1).trim()] as const;
      }),
    ),
    body: rest.join('\r\n\r\n'),
  };
}

function isWhole(text: string): boolean {
  const response = parse(text);
  const length = response.headers.get('content-length');
  return length !== undefined && response.body.length >= Number(length);
}

export interface Conversation {
  /** The status of each response, in order. */
  readonly statuses: readonly number[];
  /** Whether the server closed the connection; otherwise the timeout ended it. */
  readonly ended: boolean;
}

/** Sends pieces with a pause between them, and reads all responses until the server closes the connection or a timeout. */
export function converse(
  url: string,
  pieces: readonly (string | Buffer)[],
  { pause = 0, patience = 1000 }: { readonly pause?: number; readonly patience?: number } = {},
): Promise<Conversation> {
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(url).port) });
  let text = '';
  return new Promise((resolve) => {
    const done = (ended: boolean) => (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ statuses: [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status)), ended });
    };
    const timer = setTimeout(done(false), patience);
    socket.on('data', (part: Buffer) => (text += part.toString('latin1')));
    socket.on('end', done(true)).on('close', done(true));
    socket.on('error', () => undefined);
    // In sequence: on a busy machine, timers may fire out of order.
    const writeFrom = (index: number): void => {
      const piece = pieces[index];
      if (piece === undefined || socket.destroyed) return;
      socket.write(piece);
      setTimeout(() => writeFrom(index + 1), pause);
    };
    socket.on('connect', () => writeFrom(0));
  });
}
