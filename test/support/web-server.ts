import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  request,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What goes wrong with a request. */
export type Fault =
  | {
      readonly type: 'status';
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly body?: string;
    }
  /** the connection breaks in the middle of the body */
  | { readonly type: 'reset' }
  /** the body ends early, and says so */
  | { readonly type: 'short' }
  /** the body comes in pieces, with a wait between them */
  | { readonly type: 'slow'; readonly milliseconds: number }
  /** after the first half nothing more comes */
  | { readonly type: 'stall' };

export interface LocalServer {
  readonly url: string;
  /** requests that came, in order */
  readonly requests: {
    readonly method: string;
    readonly url: string;
    readonly headers: IncomingMessage['headers'];
  }[];
  /** decides what goes wrong with a request */
  fault: (request: IncomingMessage) => Fault | undefined;
  stop(): Promise<void>;
}

/** Starts a server on a free port of the loopback interface. */
export async function startServer(handle: RequestListener): Promise<LocalServer> {
  const server = createServer((incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming;
    running.requests.push({ method, url, headers });
    const fault = running.fault(incoming);
    if (fault !== undefined) damage(outgoing, fault);
    if (fault?.type !== 'status') handle(incoming, outgoing);
    else incoming.resume();
  });
  const running: LocalServer = {
    url: '',
    requests: [],
    fault: () => undefined,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(running, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

/** Makes an answer go wrong: its body is collected, and given out as the fault has it. */
function damage(outgoing: ServerResponse, fault: Fault): void {
  if (fault.type === 'status') {
    outgoing.writeHead(fault.status, fault.headers).end(fault.body ?? '');
    return;
  }
  const parts: Buffer[] = [];
  const end = outgoing.end.bind(outgoing);
  const write = outgoing.write.bind(outgoing);
  outgoing.write = ((part: Uint8Array) => {
    parts.push(Buffer.from(part));
    return true;
  }) as typeof outgoing.write;
  outgoing.end = ((part?: Uint8Array) => {
    if (part !== undefined) parts.push(Buffer.from(part));
    const body = Buffer.concat(parts);
    const half = body.subarray(0, body.length >> 1);
    if (fault.type === 'short') {
      outgoing.removeHeader('content-length');
      end(half);
    } else if (fault.type === 'slow') {
      void (async () => {
        for (let at = 0; at < body.length; at += 64 * 1024) {
          write(body.subarray(at, at + 64 * 1024));
          await sleep(fault.milliseconds);
        }
        end();
      })();
    } else {
      write(half, () => {
        if (fault.type === 'reset') setImmediate(() => outgoing.destroy());
      });
    }
    return outgoing;
  }) as typeof outgoing.end;
}

/** Passes requests on to another server. */
export function forwardTo(target: string): RequestListener {
  return (incoming, outgoing) => {
    const { method = 'GET', url = '/', headers } = incoming;
    const onward = request(new URL(url, target), { method, headers }, (answer) => {
      outgoing.statusCode = answer.statusCode ?? 502;
      for (const [name, value] of Object.entries(answer.headers)) outgoing.setHeader(name, value!);
      answer.on('data', (part) => outgoing.write(part)).on('end', () => outgoing.end());
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  };
}

export interface ServedFile {
  readonly bytes: Uint8Array;
  readonly etag?: string;
}

/** Answers requests for files, also for ranges of them. */
export function serveFiles(files: ReadonlyMap<string, ServedFile>): RequestListener {
  return (incoming, outgoing) => {
    const file = files.get(new URL(incoming.url ?? '', 'http://local').pathname);
    if (file === undefined) {
      outgoing.writeHead(404).end();
      return;
    }
    const { bytes, etag } = file;
    if (etag !== undefined) outgoing.setHeader('etag', etag);
    const range = /^bytes=(\d+)-(\d+)$/.exec(incoming.headers.range ?? '');
    if (range === null) {
      outgoing.setHeader('content-length', bytes.length);
      outgoing.end(bytes);
      return;
    }
    const start = Number(range[1]);
    if (start >= bytes.length) {
      outgoing.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
      return;
    }
    const part = bytes.subarray(start, Number(range[2]) + 1);
    outgoing.statusCode = 206;
    outgoing.setHeader('content-range', `bytes ${start}-${start + part.length - 1}/${bytes.length}`);
    outgoing.setHeader('content-length', part.length);
    outgoing.end(part);
  };
}
