import { createServer } from 'node:http';
import type { HttpRequest } from '@objectferry/shared/http/transport.ts';
import { createTransport } from '@objectferry/shared/http/undici-transport.ts';
import type { ObjectStore } from '@objectferry/shared/provider/provider.ts';
import { describe, expect, it } from 'vitest';
import { readDocument } from '#infra/document.ts';
import { temporaryFile } from '../e2e/cli-process.ts';
import { EMULATED } from '../emulators/catalogue.ts';
import { NOWHERE, openStore } from './open-store.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
/** What one object's or upload's facts need, and what a page of a thousand needs. */
const [SMALL, PAGE] = [64 * KIB, 8 * MIB];
const PLAIN = { headers: {}, metadata: {}, tags: {}, overwrite: true };

function callsOf(
  from: string,
  to: string,
): Readonly<Record<string, readonly [(client: ObjectStore) => Promise<unknown>, most: number]>> {
  const source = { bucket: from, key: 'key' };
  const upload = { bucket: to, key: 'copy', uploadId: 'id' };
  return {
    head: [(client) => client.head({ object: source }), SMALL],
    getTagging: [(client) => client.getTagging(source), SMALL],
    getRange: [(client) => client.getRange({ object: source, range: { offset: 0, length: MIB } }), MIB],
    copyObject: [
      (client) => client.copyObject({ source, destination: { bucket: to, key: 'copy' }, object: PLAIN }),
      SMALL,
    ],
    createUpload: [(client) => client.createUpload({ bucket: to, key: 'copy', object: PLAIN }), SMALL],
    uploadPartCopy: [(client) => client.uploadPartCopy({ upload, partNumber: 1, source }), SMALL],
    uploadPart: [(client) => client.uploadPart({ upload, partNumber: 1, body: Buffer.of(1) }), SMALL],
    listParts: [(client) => client.listParts({ upload }), PAGE],
    completeUpload: [(client) => client.completeUpload({ upload, parts: [], overwrite: true }), SMALL],
    abortUpload: [(client) => client.abortUpload(upload), SMALL],
    listUploads: [(client) => client.listUploads({ bucket: to }), PAGE],
    deleteObject: [(client) => client.deleteObject(source), SMALL],
  };
}

describe.each(Object.keys(EMULATED))('answers of %s', (name) => {
  it('have a largest size, whatever was asked', async () => {
    const [from, to] = EMULATED[name]?.buckets ?? expect.fail();
    for (const [operation, [ask, most]] of Object.entries(callsOf(from, to))) {
      const sent: HttpRequest[] = [];
      const client = openStore(name, NOWHERE, async (request) => {
        sent.push(request);
        return { status: 500, headers: {}, body: Buffer.of() };
      });
      await ask(client).catch(() => undefined);
      for (const { maxAnswerBytes } of sent) expect(maxAnswerBytes, operation).toBeLessThanOrEqual(most);
      if (operation !== 'getTagging') expect(sent.length, operation).toBeGreaterThan(0);
    }
  });
});

describe('an answer that never ends', () => {
  it('is left early, and takes no more memory than it may', async () => {
    let sent = 0;
    const chunk = Buffer.alloc(MIB, 'x');
    const server = createServer((_, response) => {
      const pour = (): void => {
        while (!response.destroyed && sent < 512 * MIB) {
          sent += chunk.length;
          if (!response.write(chunk)) return void response.once('drain', pour);
        }
        response.end();
      };
      pour();
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const address = server.address();
    const endpoint = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
    const network = createTransport();
    for (const name of Object.keys(EMULATED)) {
      const [, to] = EMULATED[name]?.buckets ?? expect.fail();
      sent = 0;
      const client = openStore(name, { ...NOWHERE, endpoint }, network);
      await expect(client.listUploads({ bucket: to })).rejects.toMatchObject({ name: 'IncompleteAnswer' });
      // What the sockets hold comes on top of the 8 MiB.
      expect(sent).toBeLessThan(64 * MIB);
    }
    await network.close();
    server.closeAllConnections();
    server.close();
  });

  it.each([
    ['many headers', Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`x-h${index}`, 'x']))],
    ['one header of 100 KB', { 'x-amz-meta-a': 'x'.repeat(100_000) }],
  ])('so are %s', async (_, headers) => {
    const server = createServer((_request, response) => {
      response.writeHead(200, headers).end();
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const address = server.address();
    const endpoint = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
    const network = createTransport();
    const client = openStore('s3', { ...NOWHERE, endpoint }, network);
    await expect(client.head({ object: { bucket: 'raw', key: 'key' } })).rejects.toMatchObject({
      name: 'IncompleteAnswer',
    });
    await network.close();
    server.close();
  });
});

describe('files of settings', () => {
  it('are read up to 64 KiB, and a device that never ends no further', async () => {
    const comment = (bytes: number): string => '#'.repeat(bytes - 1).concat('\n');
    expect(readDocument(await temporaryFile('stores.yaml', comment(64 * KIB)), 'stores')).toBeNull();
    const refusal = expect.objectContaining({
      name: 'InvalidConfig',
      message: expect.stringContaining('above 65536 bytes'),
    });
    const large = await temporaryFile('stores.yaml', comment(64 * KIB + 1));
    expect(() => readDocument(large, 'stores')).toThrow(refusal);
    expect(() => readDocument('/dev/zero', 'events')).toThrow(refusal);
  });
});
