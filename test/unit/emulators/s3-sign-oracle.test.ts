import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseAddress } from '#test/emulators/s3/addressing.ts';
import type { S3Call } from '#test/emulators/s3/context.ts';
import { createVerifier } from '#test/emulators/s3/signature.ts';
import { encodeKey } from './oss-client.ts';

const credentials = { accessKeyId: 'AKIA', secretAccessKey: 'secret/+=' };
const region = 'eu-west-1';
const hostname = 's3.eu-west-1.amazonaws.com';
const now = new Date('2024-03-05T06:07:08Z');
const verify = createVerifier({ accounts: [credentials], region, now: () => now });

/** What @smithy/signature-v4 wants for a hash: SHA-256, keyed or not. */
class Sha256 {
  readonly #hash;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));
  }
  update(data: Uint8Array): void {
    this.#hash.update(data);
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {}
}

function bytesOf(secret: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof secret === 'string') {
    return Buffer.from(secret);
  }
  return ArrayBuffer.isView(secret)
    ? new Uint8Array(secret.buffer, secret.byteOffset, secret.byteLength)
    : new Uint8Array(secret);
}

const signer = new SignatureV4({ service: 's3', region, sha256: Sha256, uriEscapePath: false, credentials });
const text = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
  fc
    .array(fc.constantFrom('/', '..', '%', '+', ' ', '?', '&', '=', "!'()*", '数', '🎬', '\\'), { minLength: 1 })
    .map((all) => all.join('')),
);
const requests = fc.record({
  method: fc.constantFrom('GET', 'PUT', 'POST', 'DELETE', 'HEAD'),
  path: text.map((key) => `/bucket/${encodeKey(key)}`),
  query: fc.dictionary(fc.constantFrom('uploads', 'uploadId', 'prefix', 'a b', '数'), text),
  headers: fc.dictionary(
    fc.constantFrom('x-amz-copy-source', 'x-amz-meta-a', 'content-type', 'range'),
    fc.string({ unit: fc.constantFrom(...' abcXYZ0-~!"%+=;,:/'), maxLength: 20 }),
  ),
  body: fc.string({ maxLength: 20 }),
});

/** The verifier's view of a request, as if it had come over the wire. */
function received(method: string, target: string, headers: Readonly<Record<string, string>>, body: string): S3Call {
  const request = { id: 1, method, target, headers: new Map(Object.entries(headers)), body: Buffer.from(body) };
  const address = parseAddress(target, hostname, [hostname]);
  return { ...address, request, operation: '', account: undefined, body: request.body, trailers: new Map() };
}

it('S3-1 accepts whatever @smithy/signature-v4 signs, and none of it changed', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(requests, async ({ method, path, query, headers, body }) => {
      const signed = await signer.sign(
        { method, protocol: 'http:', hostname, path, query, headers: { ...headers, host: hostname }, body },
        { signingDate: now },
      );
      const fields = Object.entries(query).map(
        ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
      );
      const target = fields.length === 0 ? path : `${path}?${fields.join('&')}`;
      const call = received(method, target, signed.headers, body);
      verify(call);
      expect(call.account?.accessKeyId).toBe('AKIA');
      expect(() => verify(received(method, `${path}x${target.slice(path.length)}`, signed.headers, body))).toThrow();
      expect(() => verify(received(method, target, signed.headers, `${body}x`))).toThrow();
      expect(() => verify(received(method, target, { ...signed.headers, 'x-amz-acl': 'private' }, body))).toThrow();
    }),
    { seed: 20_240_305, numRuns: 1000 },
  );
});
