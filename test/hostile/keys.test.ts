import { CopyError } from '@objectferry/shared/errors.ts';
import type { HttpRequest } from '@objectferry/shared/http/transport.ts';
import { createTransport } from '@objectferry/shared/http/undici-transport.ts';
import type { ObjectStore } from '@objectferry/shared/provider/provider.ts';
import { PROVIDERS } from '@objectferry/shared/provider/registry.ts';
import { openStores, parseStores } from '@objectferry/shared/stores.ts';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EMULATED, type Emulator } from '../emulators/catalogue.ts';
import { hostile } from '../unit/provider/hostile.ts';
import { NOWHERE, openStore } from './open-store.ts';

const BYSTANDER = 'bystander';
/** Keys that lead elsewhere for whoever decodes twice, folds dots, or believes that a key is a path or a query. */
const KEYS = [
  ...[
    `../${BYSTANDER}/key`,
    `a/../../${BYSTANDER}/key`,
    '..',
    '.',
    'a/./b',
    'a//b',
    'a/',
    '%2e%2e/key',
    '%2E%2E%2Fkey',
  ],
  ...[
    `..\\${BYSTANDER}\\key`,
    '%5c..%5ckey',
    '?acl',
    'key?uploads',
    'key?versionId=null',
    'key&uploadId=1',
    '#',
    'key#x',
  ],
  ...[`${BYSTANDER}/key?versionId=1`, `${BYSTANDER}%2Fkey`, 'http://example.com/key', '@host', ':80'],
  ...[
    'key ',
    ' key',
    'a+b',
    'a%20b',
    'a%00b',
    '\0',
    'a\r\nx-amz-acl: public-read',
    '\t',
    '\u2028',
    'e\u0301',
    '🎬',
    '~',
  ],
  ...[';a=b', '*', "!'()", '"', '<key>', '&amp;', '{key}', '$(x)', 'constructor', '__proto__', 'k'.repeat(1023)],
];
/** Leading slashes and such: a key at some, refused at the others. */
const SOMETIMES = ['/key', '//example.com/key', '/../key', `//${BYSTANDER}/key`, '\\key', 'k'.repeat(1024)];
const NEVER = ['', '\ud800', 'a\udfff', 'k'.repeat(1025), '数'.repeat(342)];
const OBJECT = { headers: {}, metadata: {}, tags: {}, overwrite: true };

describe.each(Object.keys(EMULATED).flatMap((name) => ['path', 'virtual'].map((addressing) => ({ name, addressing }))))(
  'keys at $name, addressed by $addressing',
  ({ name, addressing }) => {
    const provider = EMULATED[name] ?? expect.fail();
    const [from, to] = provider.buckets;
    const network = createTransport();
    let emulator: Emulator;
    let client: ObjectStore;
    beforeAll(async () => {
      emulator = await provider.start({ buckets: [...provider.buckets, BYSTANDER] });
      const endpoint = addressing === 'path' ? emulator.endpoint : emulator.virtualHostEndpoint;
      client = openStore(name, { ...emulator, endpoint }, network, { addressing });
    });
    afterAll(async () => {
      await network.close();
      await emulator.close();
    });
    /** The XML of an answer that begins an upload shows its key raw, and XML knows no such character. */
    const openAndAbort = async (key: string): Promise<void> => {
      if (name !== 'qingstor' && key.includes('\0')) return;
      const { uploadId } = await client.createUpload({ bucket: to, key, object: OBJECT });
      expect(emulator.model.openUploads(to).map((open) => open.key)).toEqual([key]);
      await client.abortUpload({ bucket: to, key, uploadId });
    };
    const isKey = (key: string): boolean => PROVIDERS[name]?.keyProblem(key) === undefined;

    it('each is itself, in its bucket, as source and as destination of a copy', async () => {
      const { model } = emulator;
      // How a host is named changes nothing about the key: a part of them will do there.
      const some = addressing === 'path' ? KEYS : KEYS.filter((_, index) => index % 4 === 0);
      for (const key of [...some, ...SOMETIMES.filter(isKey)]) {
        const bytes = Buffer.from(`the object ${key}`);
        model.putObject(from, key, bytes);
        expect((await client.head({ object: { bucket: from, key } })).size, key).toBe(bytes.length);
        await client.copyObject({ source: { bucket: from, key }, destination: { bucket: to, key }, object: OBJECT });
        expect(model.getObject(to, key)?.content.toBuffer().equals(bytes), key).toBe(true);
        await openAndAbort(key);
        expect([...(model.bucket(to)?.objects.keys() ?? [])], key).toEqual([key]);
        await client.deleteObject({ bucket: to, key });
        await client.deleteObject({ bucket: from, key });
        expect(
          ['raw', from, to, BYSTANDER].flatMap((bucket) => [...(model.bucket(bucket)?.objects.keys() ?? [])]),
        ).toEqual([]);
      }
      for (const request of emulator.requests.recent) expect([from, to]).toContain(request.bucket);
    });

    it('what can be no key is refused before a request is sent, as a source as well', async () => {
      const before = emulator.requests.count();
      for (const key of [...NEVER, ...SOMETIMES.filter((text) => !isKey(text))]) {
        const copy = { destination: { bucket: to, key: 'copy' }, object: OBJECT };
        await expect(client.head({ object: { bucket: from, key } })).rejects.toMatchObject({ name: 'InvalidRequest' });
        await expect(client.copyObject({ source: { bucket: from, key }, ...copy })).rejects.toMatchObject({
          name: 'InvalidRequest',
        });
      }
      expect(emulator.requests.count()).toBe(before);
    });
  },
);

describe.each(Object.keys(EMULATED))('any key at %s', (name) => {
  const [from, to] = EMULATED[name]?.buckets ?? expect.fail();
  it.each(['path', 'virtual'])('stands on the wire as itself, addressed by %s', async (addressing) => {
    const sent: HttpRequest[] = [];
    const client = openStore(
      name,
      NOWHERE,
      async (request) => {
        sent.push(request);
        throw new CopyError('ConnectionLost', 'Nobody is there.');
      },
      { addressing },
    );
    await fc.assert(
      fc.asyncProperty(hostile, hostile, async (key, versionId) => {
        sent.length = 0;
        const source = { bucket: from, key, versionId };
        const error: unknown = await client
          .copyObject({ source, destination: { bucket: to, key }, object: OBJECT })
          .catch((reason: unknown) => reason);
        const [request] = sent;
        if (request === undefined) {
          expect(error).toMatchObject({ name: 'InvalidRequest' });
          return;
        }
        const host = NOWHERE.endpoint.slice('https://'.length);
        const [origin, path] = addressing === 'path' ? [host, `/${to}/`] : [`${to}.${host}`, '/'];
        expect(request.origin).toBe(`https://${origin}`);
        expect(request.target).toMatch(/^[\w\-.~%/]+$/);
        expect(request.target.startsWith(path)).toBe(true);
        expect(decodeURIComponent(request.target.slice(path.length))).toBe(key);
        const [, copySource = ''] =
          Object.entries(request.headers).find(([header]) => header.endsWith('-copy-source')) ?? [];
        const [, sourceKey = '', version = ''] =
          /^\/[a-z]+\/([\w\-.~%/]+)\?version_?id=([\w\-.~%]+)$/i.exec(copySource) ?? [];
        expect(copySource.startsWith(`/${from}/`)).toBe(true);
        expect([decodeURIComponent(sourceKey), decodeURIComponent(version)]).toEqual([key, versionId]);
      }),
      { seed: 53, numRuns: 60 },
    );
  });
});

describe('patterns of buckets', () => {
  const odd = [
    ...[
      'archive-../other',
      'archive-/x',
      'archive-?x',
      'archive-#',
      'archive-%2e',
      'archive-a.b:80',
      'archive-a\n',
      'archive-\0',
    ],
    ...[
      'ARCHIVE-a',
      'archive-*',
      'archive-a@evil',
      'archive-',
      'xarchive-a',
      'archiv',
      '',
      '*',
      '..',
      '169.254.169.254',
    ],
    ...['archive-a/../raw', 'archive-ü', `archive-${'a'.repeat(60)}`, '__proto__'],
  ];

  it.each(Object.keys(EMULATED))('of %s let nothing through that no bucket is called', (name) => {
    const { storeFields } = EMULATED[name] ?? expect.fail();
    const store = {
      provider: name,
      region: NOWHERE.region,
      endpoint: NOWHERE.endpoint,
      credentials: { env: 'X' },
      buckets: ['archive-*'],
    };
    const stores = openStores(parseStores({ stores: { x: { ...store, ...storeFields } } }), {
      transport: async () => expect.fail('a request was sent'),
      now: () => new Date(),
      credentials: () => async () => expect.fail('credentials were asked for'),
    });
    const open = (bucket: string) => stores.open({ store: 'x', bucket, key: 'key' }, 'source');
    expect(open('archive-2026').name).toBe('x');
    for (const bucket of odd)
      expect(() => open(bucket), bucket).toThrow(expect.objectContaining({ name: 'InvalidRequest' }));
  });
});
