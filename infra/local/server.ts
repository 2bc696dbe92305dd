import { createServer, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { CopyError } from '@objectferry/shared/errors.ts';
import { Hono } from 'hono';
import { loopbackOnly } from './loopback-only.ts';

const ADDRESS = '127.0.0.1';
const EVENTS_PATH = '/events/';
/** How long answers that are under way may take once the server is being ended. */
const LAST_ANSWERS_MS = 2_000;

/** What is served. */
interface Apps {
  /** The API, as it is deployed. */
  readonly api: Hono;
  /**
   * Takes pushes under /events. They come from a cloud through a tunnel, so their Host is not this machine's, and they
   * are believed for their signature and not for where they come from.
   */
  readonly events?: Hono | undefined;
}

/** A server that listens. */
export interface LoopbackServer {
  readonly url: string;
  /** Answers requests from now on, those included that are waiting. */
  readonly serve: (apps: Apps) => void;
  /** Takes no more requests, and waits a moment for answers that are under way. */
  readonly close: () => Promise<void>;
}

/**
 * Listens on loopback, and nowhere else. What it serves comes later, because what runs behind an API is not to begin
 * before it is certain that somebody can ask for it.
 *
 * @param port 0 takes a free one.
 * @throws CopyError InvalidConfig when the port is taken.
 */
export async function listenOnLoopback(port: number): Promise<LoopbackServer> {
  const apps = Promise.withResolvers<(request: Request) => Hono>();
  const server = createServer(
    // The library would put its own classes in place of the ones that Node has, for the whole process.
    getRequestListener(async (request, env) => (await apps.promise)(request).fetch(request, env), {
      overrideGlobalObjects: false,
    }),
  );
  return {
    url: `http://${ADDRESS}:${await listen(server, port)}`,
    serve: ({ api, events }) => {
      const guarded = new Hono().use(loopbackOnly).route('/', api);
      // Two apps side by side, so that what one of them checks for all its paths is not in the way of the other.
      apps.resolve((request) => (isPush(request) && events !== undefined ? events : guarded));
    },
    close: () => close(server),
  };
}

function isPush({ url }: Request): boolean {
  return new URL(url).pathname.startsWith(EVENTS_PATH);
}

async function listen(server: Server, port: number): Promise<number> {
  const listening = Promise.withResolvers<void>();
  server.once('error', listening.reject);
  server.listen(port, ADDRESS, listening.resolve);
  try {
    await listening.promise;
  } catch (cause) {
    const taken = cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE';
    throw new CopyError(
      'InvalidConfig',
      taken
        ? `Port ${port} is in use: choose another with --port, or --port 0 for a free one.`
        : `Port ${port} cannot be listened on: choose another with --port.`,
      { cause },
    );
  }
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

async function close(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = Promise.withResolvers<void>();
  server.close(() => closed.resolve());
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), LAST_ANSWERS_MS);
  await closed.promise;
  clearTimeout(timer);
}
