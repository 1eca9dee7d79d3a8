/** Replaces Knative's activator: holds a connection that comes while the pod sleeps until the pod is ready. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export interface Activator {
  readonly url: string;
  close(): void;
}

export interface ActivatorOptions {
  /** The address of this machine, as the pods see it. */
  readonly gateway: string;
  readonly pod: { readonly host: string; readonly port: number };
  /** Starts the pod unless it runs; resolves when it is ready. */
  readonly wake: () => Promise<void>;
}

export async function startActivator({ gateway, pod, wake }: ActivatorOptions): Promise<Activator> {
  let isClosed = false;
  const open = new Set<Socket>();

  /** The pod may end between the two steps. */
  async function reach(): Promise<Socket> {
    for (;;) {
      await wake();
      const socket = connect(pod.port, pod.host);
      const isOpen = await once(socket, 'connect').then(
        () => true,
        () => false,
      );
      if (isOpen) return socket;
      await pause(50);
    }
  }

  async function handOn(from: Socket): Promise<void> {
    const to = await reach().catch(() => undefined);
    if (to === undefined || from.destroyed || isClosed) {
      to?.destroy();
      from.destroy();
      return;
    }
    to.on('error', () => from.destroy());
    to.once('close', () => from.destroy());
    from.once('close', () => to.destroy());
    from.pipe(to).pipe(from);
  }

  const server = createServer((from) => {
    open.add(from);
    from.once('close', () => open.delete(from));
    from.on('error', () => from.destroy());
    void handOn(from);
  });
  server.listen(0, gateway);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the activator has no port');
  return {
    url: `http://${gateway}:${address.port}`,
    close() {
      isClosed = true;
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
