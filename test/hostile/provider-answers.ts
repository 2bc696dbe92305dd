import { CustomerKey } from '@objectferry/shared/credentials.ts';
import type { HttpAnswer } from '@objectferry/shared/http/transport.ts';
import { createTransport } from '@objectferry/shared/http/undici-transport.ts';
import type { ObjectStore } from '@objectferry/shared/provider/provider.ts';
import { EMULATED, type EmulatedProvider } from '../emulators/catalogue.ts';
import { openStore } from './open-store.ts';

const MIB = 1024 * 1024;

/** One call of a client, and the answer that a provider gave to it. */
export interface RecordedAnswer {
  /** For a person: provider and call. */
  readonly name: string;
  readonly provider: string;
  readonly call: (client: ObjectStore) => Promise<unknown>;
  readonly answer: HttpAnswer;
}

/** Answers to every call of a client, good ones and refusals, as the four emulators give them. */
export async function recordAnswers(): Promise<readonly RecordedAnswer[]> {
  const recorded: RecordedAnswer[] = [];
  for (const [name, provider] of Object.entries(EMULATED)) recorded.push(...(await recordProvider(name, provider)));
  return recorded;
}

async function recordProvider(name: string, provider: EmulatedProvider): Promise<readonly RecordedAnswer[]> {
  const emulator = await provider.start({ buckets: provider.buckets });
  const network = createTransport();
  const recorded: RecordedAnswer[] = [];
  let asking: Pick<RecordedAnswer, 'name' | 'call'> | undefined;
  const client = openStore(name, emulator, async (request) => {
    const answer = await network(request);
    if (asking !== undefined) recorded.push({ ...asking, provider: name, answer });
    return answer;
  });
  const perform: Perform = async (operation, call) => {
    asking = { name: `${name} ${operation}`, call };
    // A refusal is recorded like any other answer.
    return call(client).catch(() => undefined);
  };
  try {
    const [from, to] = provider.buckets;
    const partBytes = provider.partSizeMiB * MIB;
    emulator.model.putObject(from, 'key', Buffer.alloc(2 * partBytes, 'objectferry'));
    emulator.model.putObject(from, 'small', Buffer.alloc(64, 'small'), {
      userMetadata: { colour: 'blue', 'a-b': 'c d' },
    });
    await script(perform, { from, to, partBytes, tags: name === 'qingstor' ? {} : { team: 'film & tv' } });
    return recorded;
  } finally {
    await network.close();
    await emulator.close();
  }
}

type Perform = <Result>(
  operation: string,
  asked: (client: ObjectStore) => Promise<Result>,
) => Promise<Result | undefined>;

interface Places {
  readonly from: string;
  readonly to: string;
  readonly partBytes: number;
  readonly tags: Readonly<Record<string, string>>;
}

async function script(perform: Perform, { from, to, partBytes, tags }: Places): Promise<void> {
  const source = { bucket: from, key: 'key' };
  const small = { bucket: from, key: 'small' };
  const object = {
    headers: { contentType: 'video/mp4', cacheControl: 'no-store' },
    metadata: { colour: 'blue' },
    tags,
    overwrite: true,
  };
  const customerKey = new CustomerKey(Buffer.alloc(32, 'k'));
  const encryption = { kind: 'customer', key: customerKey } as const;
  const range = { offset: 0, length: partBytes };
  await perform('head', (client) => client.head({ object: source }));
  await perform('head', (client) => client.head({ object: small }));
  await perform('head of nothing', (client) => client.head({ object: { bucket: from, key: 'none' } }));
  await perform('head in no bucket', (client) => client.head({ object: { bucket: 'no-such-bucket', key: 'none' } }));
  await perform('getRange', (client) => client.getRange({ object: small, range: { offset: 3, length: 20 } }));
  await perform('getRange of nothing', (client) =>
    client.getRange({ object: { bucket: from, key: 'none' }, range: { offset: 3, length: 20 } }),
  );
  await perform('copyObject', (client) =>
    client.copyObject({ source: small, destination: { bucket: to, key: 'small' }, object }),
  );
  await perform('getTagging', (client) => client.getTagging({ bucket: to, key: 'small' }));
  await perform('copyObject refused', (client) =>
    client.copyObject({
      source: small,
      destination: { bucket: to, key: 'small' },
      object,
      conditions: { ifMatch: '"00000000000000000000000000000000"' },
    }),
  );
  const created = await perform('createUpload', (client) => client.createUpload({ bucket: to, key: 'copy', object }));
  const upload = { bucket: to, key: 'copy', uploadId: created?.uploadId ?? 'none' };
  await perform('createUpload', (client) =>
    client.createUpload({ bucket: to, key: 'encrypted', object: { ...object, encryption } }),
  );
  const first = await perform('uploadPartCopy', (client) =>
    client.uploadPartCopy({ upload, partNumber: 1, source, range }),
  );
  const second = await perform('uploadPart', (client) =>
    client.uploadPart({ upload, partNumber: 2, body: Buffer.alloc(100, 'part') }),
  );
  await perform('uploadPartCopy refused', (client) =>
    client.uploadPartCopy({ upload: { ...upload, uploadId: 'none' }, partNumber: 1, source, range }),
  );
  await perform('listParts', (client) => client.listParts({ upload }));
  await perform('listParts, a page', (client) => client.listParts({ upload, limit: 1 }));
  await perform('listParts of nothing', (client) => client.listParts({ upload: { ...upload, uploadId: 'none' } }));
  await perform('listUploads', (client) => client.listUploads({ bucket: to }));
  await perform('listUploads, a page', (client) => client.listUploads({ bucket: to, limit: 1 }));
  const parts = [first, second].map((part, index) => ({ partNumber: index + 1, etag: part?.etag ?? '""' }));
  await perform('completeUpload refused', (client) =>
    client.completeUpload({ upload, parts: [{ partNumber: 1, etag: '"0"' }], overwrite: true }),
  );
  await perform('completeUpload', (client) => client.completeUpload({ upload, parts, overwrite: true }));
  await perform('head', (client) => client.head({ object: { bucket: to, key: 'copy' } }));
  await perform('firstPartSize', async (client) => client.firstPartSize?.({ object: { bucket: to, key: 'copy' } }));
  await perform('abortUpload', (client) => client.abortUpload(upload));
  await perform('deleteObject', (client) => client.deleteObject({ bucket: to, key: 'copy' }));
}
