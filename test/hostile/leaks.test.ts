import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { CustomerKey } from '@objectferry/shared/credentials.ts';
import { createTransport } from '@objectferry/shared/http/undici-transport.ts';
import type { ObjectStore } from '@objectferry/shared/provider/provider.ts';
import { parseStores } from '@objectferry/shared/stores.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCopy } from '#infra/local/local-copy.ts';
import { createLocalRuntime } from '#infra/local/runtime.ts';
import { type Deployment, importHandlers, startDeployment } from '../deployed-handlers.ts';
import { objectferry, temporaryFile } from '../e2e/cli-process.ts';
import { EMULATED } from '../emulators/catalogue.ts';
import { lambdaContext } from '../lambda-context.ts';
import { temporaryFolder } from '../temporary.ts';
import { expectNoSecrets } from './expect-none.ts';
import { type Mirror, REFLECTIONS, startMirror } from './mirror.ts';
import { openStore } from './open-store.ts';

/** With the characters that encodings write otherwise. */
const SECRET_KEY = 'wJalr+XUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const TOKEN = `IQoJb3JpZ2luX2VjE+${'FwoGZXIvYXdzEBYaD/'.repeat(20)}==`;
const CUSTOMER_KEY = Buffer.from('a customer key of thirty-two +/=').toString('base64');
const KEYS = {
  accessKeyId: 'AKEXAMPLEEXAMPLE',
  secretAccessKey: SECRET_KEY,
};
const startedAt = new Date().toISOString();
/** Too little for another try, so that nothing waits. */
const SHORT = lambdaContext('handler', 100);
const LONG = lambdaContext('handler', 60_000);
/** What ends a request at once; anything else is tried again, which takes time. */
const FINAL = /refus/;
const NAMES = Object.keys(EMULATED);

/** What a mirror has seen besides, and nobody may see again. */
function secretsOf({ authorizations }: Mirror): string[] {
  const signatures = authorizations
    .map((text) => /[A-Za-z0-9+/]{20,}=*$/.exec(text)?.[0] ?? '')
    .filter((text) => text !== '');
  return [SECRET_KEY, TOKEN, CUSTOMER_KEY, ...new Set(signatures)];
}

function storeAt({ endpoint }: Mirror, name: string, credentials: object) {
  const { buckets, storeFields } = EMULATED[name] ?? expect.fail();
  return { provider: name, region: 'nowhere1', endpoint, addressing: 'path', ...storeFields, credentials, buckets };
}

function requestAt(name: string): { source: string; destination: string; options: object } {
  const [from, to] = EMULATED[name]?.buckets ?? expect.fail();
  const customer = { kind: 'customer', keySecret: 'key' };
  const options = name === 'oss' ? {} : { sourceEncryption: customer, encryption: customer };
  return { source: `${name}://${from}/key`, destination: `${name}://${to}/copy`, options };
}

/** QingStor has no session tokens. */
function keysOf(name: string) {
  return name === 'qingstor' ? KEYS : { ...KEYS, sessionToken: TOKEN };
}

/** The requests whose answers have bodies, with all secrets that they can carry. */
function directly(client: ObjectStore, name: string): readonly Promise<unknown>[] {
  const [from, to] = EMULATED[name]?.buckets ?? expect.fail();
  const key = new CustomerKey(Buffer.from(CUSTOMER_KEY, 'base64'));
  const encryption = name === 'oss' ? undefined : ({ kind: 'customer', key } as const);
  const object = { headers: {}, metadata: {}, tags: {}, overwrite: true, encryption };
  const upload = { bucket: to, key: 'copy', uploadId: 'id' };
  return [
    client.createUpload({ bucket: to, key: 'copy', object }),
    client.listParts({ upload }),
    client.uploadPartCopy({
      upload,
      partNumber: 1,
      source: { bucket: from, key: 'key' },
      encryption,
      sourceKey: encryption?.key,
    }),
  ];
}

const written = (thing: unknown): string => {
  const depth = { depth: null, maxArrayLength: null, maxStringLength: null, showHidden: true } as const;
  const stack = thing instanceof Error ? String(thing.stack) : '';
  return [inspect(thing, depth), JSON.stringify(thing), stack].join('\n');
};

describe('what comes back from a provider that sends back what it was sent', () => {
  let mirror: Mirror;
  let deployment: Deployment;
  const network = createTransport();
  beforeAll(async () => {
    mirror = await startMirror();
    deployment = await startDeployment({
      stores: () => ({
        stores: Object.fromEntries(NAMES.map((name) => [name, storeAt(mirror, name, { secret: name })])),
      }),
      secret: (id) => {
        if (id === 'key') return CUSTOMER_KEY;
        return JSON.stringify(keysOf(id));
      },
    });
  });
  afterAll(async () => {
    await deployment[Symbol.asyncDispose]();
    await network.close();
    await mirror[Symbol.asyncDispose]();
  });

  it.each(Object.keys(REFLECTIONS))('is not told by deployed handlers: %s', async (reflection) => {
    const { initiate, copySpan } = await importHandlers();
    mirror.reflect = REFLECTIONS[reflection] ?? expect.fail();
    const before = deployment.logged.length;
    for (const name of NAMES) {
      mirror.provider = name;
      const copy = pinnedAt(name);
      const inputs = [
        initiate({ request: requestAt(name), startedAt }, SHORT),
        ...(FINAL.test(reflection) ? [copySpan({ copy, span: { first: 1, count: 1 } }, LONG)] : []),
        ...directly(
          openStore(name, { region: 'nowhere1', endpoint: mirror.endpoint, accounts: [keysOf(name)] }, network),
          name,
        ),
      ];
      const ends = await Promise.allSettled(inputs);
      expect(ends.filter(({ status }) => status === 'rejected').length).toBe(ends.length);
      const text = [...ends.map(written), ...deployment.logged.slice(before)].join('\n');
      expectNoSecrets(secretsOf(mirror), text, `${name}, ${reflection}`);
    }
    expect(deployment.logged.length).toBeGreaterThan(before);
  });

  it('is not told by the history of an execution, its cause and its events', async () => {
    for (const name of NAMES) {
      mirror.provider = name;
      for (const reflection of ['a refusal', 'a refused signature']) {
        mirror.reflect = REFLECTIONS[reflection] ?? expect.fail();
        const said: string[] = [];
        const hear = (thing: unknown): void => {
          said.push(written(thing));
        };
        const { runtime, close } = createLocalRuntime({
          stores: parseStores({ stores: { [name]: storeAt(mirror, name, { env: 'IT' }) } }),
          env: environment(name, 'IT'),
          observe: hear,
        });
        const quick = { ...runtime, clock: { ...runtime.clock, sleep: async () => undefined } };
        const result = await runCopy({ request: requestAt(name), runtime: quick, retryIntervalMs: 1, onEvent: hear });
        await close();
        expect(result.status).toBe('FAILED');
        expectNoSecrets(secretsOf(mirror), [...said, written(result)].join('\n'), `${name}, ${reflection}`);
      }
    }
  });
});

describe('the command line', () => {
  it('shows nothing of a refused copy, and writes nothing of it into its folder', async () => {
    await using mirror = await startMirror();
    mirror.provider = 's3';
    const stores = await temporaryFile(
      'stores.yaml',
      JSON.stringify({ stores: { s3: storeAt(mirror, 's3', { env: 'S3' }) } }),
    );
    const folder = await mkdtemp(join(temporaryFolder(), 'state-'));
    const { source, destination, options } = requestAt('s3');
    const { code, stdout, stderr } = await objectferry(
      ['copy', '--stores', stores, '--json', '--options', JSON.stringify(options), source, destination],
      { env: { ...environment('s3', 'S3'), XDG_STATE_HOME: folder, HOME: folder } },
    );
    expect(mirror.authorizations.length).toBeGreaterThan(0);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/InvalidRequest|AccessDenied|Unauthenticated/);
    const files = await readdir(folder, { recursive: true, withFileTypes: true });
    const texts = await Promise.all(
      files.filter((file) => file.isFile()).map(({ parentPath, name }) => readFile(join(parentPath, name), 'utf8')),
    );
    expectNoSecrets(secretsOf(mirror), [stdout, stderr, ...texts].join('\n'), 'the command line');
  });
});

describe('a secret in a wrong place of the stores file', () => {
  const store = {
    provider: 's3',
    region: 'us-east-1',
    endpoint: 'https://s3.us-east-1.amazonaws.com',
    credentials: { env: 'S3' },
    buckets: ['raw'],
  };
  it.each([
    ['beside env', { credentials: { env: 'AKIAEXAMPLE', secretAccessKey: SECRET_KEY } }],
    ['instead of it', { credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: SECRET_KEY } }],
    ['as text', { credentials: SECRET_KEY }],
    ['as a list', { credentials: [SECRET_KEY] }],
    ['in the name of a variable', { credentials: { env: SECRET_KEY } }],
    ['in the endpoint', { endpoint: `https://AKIA:${SECRET_KEY}@host` }],
    ['in the endpoint, as path', { endpoint: `https://host/${SECRET_KEY}` }],
    ['as provider', { provider: SECRET_KEY }],
    ['as region', { region: SECRET_KEY }],
    ['as addressing', { addressing: SECRET_KEY }],
    ['as a number of requests', { maxInFlight: SECRET_KEY }],
    ['as a bucket', { buckets: [SECRET_KEY] }],
    ['as buckets', { buckets: SECRET_KEY }],
    ['as a flag', { insecure: SECRET_KEY }],
    ['as a field', { secretAccessKey: SECRET_KEY }],
    ['among the quirks', { quirks: { secretAccessKey: SECRET_KEY, encryption: [SECRET_KEY] } }],
  ])('is not shown: %s', (_, fields) => {
    let error: unknown;
    try {
      parseStores({ stores: { it: { ...store, ...fields } } });
    } catch (reason) {
      error = reason;
    }
    expect(error).toMatchObject({ name: 'InvalidConfig' });
    expectNoSecrets([SECRET_KEY], written(error), 'the refusal');
  });

  it.each([
    ['a number', JSON.stringify({ accessKeyId: 'AK', secretAccessKey: 123456789012 })],
    ['a list', JSON.stringify({ accessKeyId: ['123456789012'], secretAccessKey: 1 })],
    ['no JSON', '123456789012,'],
  ])('nor is a secret that is %s', async (_, text) => {
    const { credentialSource } = await import('#functions/secrets.ts');
    const source = credentialSource({ secret: 'it' }, 'it', { env: {}, readSecret: async () => text });
    const error: unknown = await source().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'InvalidConfig' });
    expectNoSecrets(['123456789012'], written(error), 'the refusal');
  });
});

function environment(name: string, prefix: string): Record<string, string> {
  const keys = {
    [`${prefix}_ACCESS_KEY_ID`]: 'AKEXAMPLEEXAMPLE',
    [`${prefix}_SECRET_ACCESS_KEY`]: SECRET_KEY,
    KEY: CUSTOMER_KEY,
  };
  return name === 'qingstor' ? keys : { ...keys, [`${prefix}_SESSION_TOKEN`]: TOKEN };
}

/** A copy in parts that Initiate has begun at the mirror. */
function pinnedAt(name: string): object {
  const [from, to] = EMULATED[name]?.buckets ?? expect.fail();
  const { sourceEncryption, encryption } = {
    sourceEncryption: undefined,
    encryption: undefined,
    ...requestAt(name).options,
  };
  return {
    source: { store: name, bucket: from, key: 'key' },
    destination: { store: name, bucket: to, key: 'copy' },
    size: 1,
    etag: '"5b3c1a2e"',
    lastModified: startedAt,
    checksums: {},
    uploadId: 'an-upload-id',
    partSize: 1,
    partCount: 1,
    spanCount: 1,
    token: 'abcdefghijklmnop',
    inFlight: 1,
    startedAt,
    pinnedAt: startedAt,
    options: {
      overwrite: 'always',
      onFailure: 'abort',
      requireChecksum: false,
      verify: 'checksum',
      sourceEncryption,
      encryption,
    },
  };
}
