import { connect } from 'node:net';

const ANSWER_TIMEOUT_MS = 10_000;

/** One HTTP request, sent as it stands: nothing is normalised, refused or added as fetch would. */
export interface RawRequest {
  method: string;
  path: string;
  /** An array sends the header several times. */
  headers?: Record<string, string | string[]>;
  body?: Buffer;
  /** Sends the body in chunks, without its length. */
  isChunked?: boolean;
}

export interface RawAnswer {
  status: number;
  contentType: string;
  /** The status line and the headers, as they came. */
  head: string;
  text: string;
}

/** A header by header, then the body: what goes over the wire. */
export function bytesOf({ method, path, headers = {}, body, isChunked }: RawRequest): Buffer {
  const head = [`${method} ${path} HTTP/1.1`, 'Host: sales'];
  for (const [name, values] of Object.entries(headers)) {
    for (const value of [values].flat()) head.push(`${name}: ${value}`);
  }
  if (isChunked) head.push('Transfer-Encoding: chunked');
  else if (body) head.push(`Content-Length: ${body.length}`);
  const parts: Buffer[] = [Buffer.from(`${head.join('\r\n')}\r\n\r\n`)];
  if (body && isChunked) {
    if (body.length > 0)
      parts.push(Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n'));
    parts.push(Buffer.from('0\r\n\r\n'));
  } else if (body) {
    parts.push(body);
  }
  return Buffer.concat(parts);
}

/** Sends `bytes` and reads the first answer. Rejects when the connection ends, or nothing comes, before it is whole. */
export async function exchange(port: number, bytes: Buffer): Promise<RawAnswer> {
  const socket = connect(port, '127.0.0.1');
  let received = Buffer.alloc(0);
  try {
    return await new Promise<RawAnswer>((resolve, reject) => {
      const soFar = () => `after ${JSON.stringify(received.toString())}`;
      socket.setTimeout(ANSWER_TIMEOUT_MS, () => reject(new Error(`no answer ${soFar()}`)));
      socket.on('error', reject);
      socket.on('close', () => reject(new Error(`the connection was closed ${soFar()}`)));
      socket.on('data', (chunk) => {
        received = Buffer.concat([received, chunk]);
        const answer = answerIn(received);
        if (answer) resolve(answer);
      });
      socket.write(bytes);
    });
  } finally {
    socket.destroy();
  }
}

/** Sends `bytes`, which are the first part of a request, and hangs up: politely, or as a client that crashed. */
export async function breakOff(port: number, bytes: Buffer, how: 'end' | 'reset'): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('close', () => resolve());
    // Read, or the end of the connection is never seen.
    socket.resume();
    socket.write(bytes, () => void (how === 'end' ? socket.end() : socket.resetAndDestroy()));
  });
}

/** The value of a header; empty when there is none. */
export function headerOf({ head }: Pick<RawAnswer, 'head'>, name: string): string {
  return new RegExp(`^${name}: *(.*)$`, 'im').exec(head)?.[1] ?? '';
}

function answerIn(received: Buffer): RawAnswer | undefined {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = received.toString('latin1', 0, end);
  const header = (name: string) => headerOf({ head }, name);
  const body = received.subarray(end + 4);
  const length = Number(header('content-length'));
  if (body.length < length) return undefined;
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]),
    contentType: header('content-type'),
    head,
    text: body.toString('utf8', 0, length),
  };
}
