import type { IncomingMessage } from 'node:http';
import type { WireRequest } from '#test/emulators/answer.ts';
import { createObsEmulator } from '#test/emulators/obs/emulator.ts';
import { createOssEmulator } from '#test/emulators/oss/emulator.ts';
import { createS3Emulator } from '#test/emulators/s3/emulator.ts';

/** Says what is wrong with a request's signature; undefined when it is right. Reads the body. */
export type Verifier = (message: IncomingMessage) => Promise<string | undefined>;

/** How a request says by which provider's rules it is signed. */
const SCHEMES = [
  { scheme: /^AWS4-HMAC-SHA256 /, provider: 's3' },
  { scheme: /^OSS/, provider: 'oss' },
  { scheme: /^(?:OBS|AWS) /, provider: 'obs' },
] as const;

/**
 * Verifies as the emulators do, with their demo accounts: a request is handed to one of them, which tells of it once the
 * signature has been believed; what it says afterwards, that nothing is there, is not of interest.
 */
export function createVerifier(): Verifier {
  let believed = false;
  const onRequest = (): void => {
    believed = true;
  };
  const emulators = {
    s3: createS3Emulator({ onRequest, keepRequests: 1 }),
    oss: createOssEmulator({ onRequest, keepRequests: 1 }),
    obs: createObsEmulator({ onRequest, keepRequests: 1 }),
  };
  return async (message) => {
    const request = await wireRequest(message);
    const authorization = request.headers.get('authorization') ?? '';
    const known = SCHEMES.find(({ scheme }) => scheme.test(authorization));
    if (known === undefined) return 'The request is not signed.';
    believed = false;
    const { body } = emulators[known.provider].respond(request);
    if (believed) return undefined;
    return typeof body === 'string' ? body.replaceAll(/<[^>]*>/g, ' ') : 'The signature is wrong.';
  };
}

async function wireRequest(message: IncomingMessage): Promise<WireRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(Buffer.from(chunk));
  const headers = new Map(Object.entries(message.headers).map(([name, value]) => [name, `${value}`]));
  const [method, target] = [message.method ?? 'GET', message.url ?? '/'];
  return { id: 1, method, target, headers, body: Buffer.concat(chunks) };
}
