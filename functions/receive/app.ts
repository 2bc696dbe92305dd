import { MAX_PUSH_BYTES } from '@objectferry/shared/events/push/push-request.ts';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { type PushAnswer, refused } from './answer.ts';
import type { Receiver } from './receiver.ts';

/**
 * `POST /events/{provider}` as an app that answers any `Request`: on loopback and in tests. It can be mounted in
 * another.
 */
export function createReceiveApp(receive: Receiver): Hono {
  const app = new Hono();
  const tooLarge = bodyLimit({
    maxSize: MAX_PUSH_BYTES,
    onError: () => {
      const answer = refused({ status: 413, message: `A push has ${MAX_PUSH_BYTES} bytes at most: send no more.` });
      // The rest of the body is still on its way: nobody can send another request behind it.
      return responseOf({ ...answer, headers: { ...answer.headers, connection: 'close' } });
    },
  });
  app.post('/events/:provider', tooLarge, async ({ req }) => {
    const { origin } = new URL(req.url);
    const answer = await receive({
      provider: req.param('provider'),
      origin,
      target: req.url.slice(origin.length),
      headers: Object.fromEntries(req.raw.headers),
      body: new Uint8Array(await req.arrayBuffer()),
    });
    return responseOf(answer);
  });
  return app;
}

function responseOf({ status, headers, body }: PushAnswer): Response {
  // A Response of status 204 refuses any body, also an empty one.
  return new Response(body === '' ? null : body, { status, headers });
}
