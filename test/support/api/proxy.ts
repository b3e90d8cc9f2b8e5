import { connect, createServer, type Socket } from 'node:net';
import { afterThisTest } from '../after-this-test.ts';

/** The proxy's response to a CONNECT: a tunnel to `target`, this text, or headers that never end. */
export type ProxyBehaviour = { readonly target: string } | { readonly answer: string } | 'endless header';

export interface Proxy {
  readonly port: number;
  /** The request line and headers of each CONNECT, as received. */
  readonly heads: readonly string[];
  readonly origin: string;
  /** All bytes received unencrypted, by connection. */
  rawLog(): readonly Buffer[];
}

/** A raw HTTP proxy on this machine that supports only CONNECT. */
export async function startProxy(behaviour: ProxyBehaviour): Promise<Proxy> {
  const heads: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    let head = '';
    const onData = (chunk: Buffer) => {
      head += chunk.toString('latin1');
      if (!head.includes('\r\n\r\n')) return;
      socket.off('data', onData);
      heads.push(head);
      answer(socket, behaviour, sockets);
    };
    socket.on('data', onData);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterThisTest(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    port,
    heads,
    origin: `http://127.0.0.1:${port}`,
    rawLog: () => heads.map((head) => Buffer.from(head, 'latin1')),
  };
}

function answer(socket: Socket, behaviour: ProxyBehaviour, sockets: Set<Socket>): void {
  if (behaviour === 'endless header') {
    pourHeader(socket);
    return;
  }
  if ('target' in behaviour) {
    const { hostname, port } = new URL(behaviour.target);
    const onward = connect({ host: hostname, port: Number(port) }, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    sockets.add(onward);
    onward.on('error', () => socket.destroy());
    return;
  }
  socket.end(behaviour.answer);
}

function pourHeader(socket: Socket): void {
  socket.write('HTTP/1.1 200 OK\r\n');
  const line = `X-More: ${'x'.repeat(1_000)}\r\n`;
  const pour = () => {
    while (!socket.destroyed && socket.write(line));
  };
  socket.on('drain', pour);
  pour();
}
