import { createServer, request as httpRequest } from 'node:http';
import { PROVIDERS } from '@objectferry/shared/provider/registry.ts';
import { describe, expect, it } from 'vitest';
import { actionsOf, policyFor, RIGHTS } from '#infra/local/doctor/permissions.ts';
import { blocksOf, readDocument } from '../docs/markdown.ts';
import { EMULATED, type Emulator, storeFor } from '../emulators/catalogue.ts';
import {
  demoOssAccount,
  type OssEmulator,
  type OssEmulatorOptions,
  startOssEmulator,
} from '../emulators/oss/emulator.ts';
import { readPolicy } from '../emulators/policy.ts';
import { type Ended, objectferry, temporaryFile } from './cli-process.ts';
import { jsonStores, keysOf, type StoreFields, storeAt } from './cli-stores.ts';
import { failuresOf, linesOf, listening, reportOf } from './doctor-report.ts';

/** Everything that buckets of an emulator hold, delete markers and open uploads included. */
function heldBy({ model }: Pick<Emulator, 'model'>): readonly string[] {
  return model
    .buckets()
    .flatMap(({ name }) => [
      ...model.listVersions(name).map(({ key, versionId }) => `${name}/${key} ${versionId}`),
      ...model.openUploads(name).map(({ key, uploadId }) => `upload ${name}/${key} ${uploadId}`),
    ]);
}

async function examine(
  oss: Pick<OssEmulator, 'endpoint'>,
  {
    fields = {},
    args = [],
    env = keysOf(demoOssAccount),
  }: { fields?: StoreFields; args?: string[]; env?: object } = {},
): Promise<Ended> {
  const stores = await jsonStores(storeAt(oss.endpoint, fields));
  return objectferry(['doctor', '--stores', stores, ...args], { env: { ...env } });
}

function oss(options: Partial<OssEmulatorOptions> = {}) {
  return startOssEmulator({ buckets: ['raw', { name: 'archive', versioning: 'enabled' }], ...options });
}

/** A server in front of an emulator that dates every answer, refusals too, by the emulator's clock. */
async function inFrontOf({ endpoint }: Pick<OssEmulator, 'endpoint'>, clock: () => Date) {
  const server = createServer((request, response) => {
    const forwarded = httpRequest(`${endpoint}${request.url}`, { method: request.method, headers: request.headers });
    forwarded.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 500, { ...answer.headers, date: clock().toUTCString() });
      answer.pipe(response);
    });
    request.pipe(forwarded);
  });
  return { ...(await listening(server)), [Symbol.asyncDispose]: async () => void server.close() };
}

describe('a good setup', () => {
  it.each(Object.entries(EMULATED))(
    '%s: every check is well, and nothing is left in any bucket',
    async (name, provider) => {
      const [first, second] = provider.buckets;
      await using emulator = await provider.start({ buckets: [first, { name: second, versioning: 'enabled' }] });
      const [account] = emulator.accounts;
      const prefix = name.toUpperCase();
      const stores = await temporaryFile(
        's.json',
        JSON.stringify({ stores: { it: storeFor(name, provider, emulator) } }),
      );
      const env = {
        [`${prefix}_ACCESS_KEY_ID`]: account?.accessKeyId ?? '',
        [`${prefix}_SECRET_ACCESS_KEY`]: account?.secretAccessKey ?? '',
      };
      const { code, stdout, stderr } = await objectferry(['doctor', '--stores', stores], { env });
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout.trimEnd().split('\n')).toEqual([
        `ok    it  address: ${emulator.endpoint} answers as an object store does.`,
        "ok    it  clock: This machine's clock agrees to 60 seconds.",
        'ok    it  credentials: The provider accepts them.',
        `ok    it  region: Nothing that the endpoint says contradicts ${emulator.region}.`,
        ...provider.buckets.flatMap((bucket) => [
          `ok    it/${bucket}  permissions: They allow everything that a copy does.`,
          `ok    it/${bucket}  copy: A few bytes were written, copied with one request and in parts, read back and deleted.`,
        ]),
      ]);
      // It did copy, both ways, in both buckets.
      expect(emulator.requests.count('CopyObject')).toBe(2);
      expect(emulator.requests.count('UploadPartCopy')).toBe(2);
      expect(heldBy(emulator)).toEqual([]);
    },
  );

  it('every provider has names for its permissions', async () => {
    for (const provider of Object.keys(PROVIDERS)) {
      expect(actionsOf(provider, 'write')).not.toEqual(['write']);
      expect(readPolicy(policyFor(provider, 'archive', ['write', 'listUploads'])).length).toBe(2);
    }
  });

  it('knows every action of the policies in docs/providers.md', async () => {
    const page = await readDocument('docs/providers.md');
    const actions = blocksOf(page).flatMap(({ language, text }) =>
      language === 'json' ? readPolicy(JSON.parse(text)).flatMap((statement) => statement.actions) : [],
    );
    const known = new Set(Object.keys(PROVIDERS).flatMap((name) => RIGHTS.flatMap((right) => actionsOf(name, right))));
    // Only with an option that asks for it.
    const unless = /Acl$|^kms:/;
    expect(actions.length).toBeGreaterThan(20);
    expect(actions.filter((action) => !unless.test(action) && !known.has(action))).toEqual([]);
  });

  it('--no-write writes nothing', async () => {
    await using emulator = await oss();
    const ended = await examine(emulator, { args: ['--no-write', '--json'] });
    expect([ended.code, failuresOf(reportOf(ended))]).toEqual([0, []]);
    const { ListMultipartUploads, HeadObject, ...others } = emulator.requests.counts();
    expect([ListMultipartUploads, HeadObject]).toEqual([2, 2]);
    expect(Object.values(others).filter((count) => count > 0).length).toBeLessThanOrEqual(1);
    expect(heldBy(emulator)).toEqual([]);
  });

  it('a store whose buckets are patterns is told to name one, and --bucket names one', async () => {
    await using emulator = await oss();
    const fields = { buckets: ['ra*', 'arch*'] };
    const untried = reportOf(await examine(emulator, { fields, args: ['--json'] }));
    expect(untried.findings.at(-1)).toMatchObject({ verdict: 'warn', sentence: expect.stringContaining('--bucket') });
    const tried = reportOf(await examine(emulator, { fields, args: ['--json', '--bucket', 'archive', 'strange'] }));
    expect(linesOf(tried).slice(-2)).toEqual(['ok oss/archive permissions', 'ok oss/archive copy']);
    expect(heldBy(emulator)).toEqual([]);
  });
});

describe('what is wrong is named, with what to do', () => {
  it('a wrong secret: once, because some providers lock a key out', async () => {
    await using emulator = await oss();
    const env = { ...keysOf(demoOssAccount), OSS_SECRET_ACCESS_KEY: 'wrong' };
    const ended = await examine(emulator, { env, args: ['--json'] });
    expect(ended.code).toBe(1);
    const report = reportOf(ended);
    expect(linesOf(report).slice(2)).toEqual(['fail oss credentials']);
    expect(report.findings.at(-1)?.sentence).toContain("Check the store's access key, secret and session token");
    expect(emulator.requests.count('ListMultipartUploads')).toBe(1);
    expect(ended.stdout).not.toContain('wrong');
  });

  it('no keys in the environment', async () => {
    await using emulator = await oss();
    const { code, stdout } = await examine(emulator, { env: {} });
    expect(code).toBe(1);
    expect(stdout).toContain('Store oss has no credentials: set OSS_ACCESS_KEY_ID and OSS_SECRET_ACCESS_KEY');
  });

  it('a wrong bucket, while the others are tried', async () => {
    await using emulator = await oss();
    const report = reportOf(await examine(emulator, { fields: { buckets: ['rew', 'archive'] }, args: ['--json'] }));
    expect(linesOf(report).slice(2)).toEqual([
      'ok oss credentials',
      'ok oss region',
      'fail oss/rew bucket',
      'ok oss/archive permissions',
      'ok oss/archive copy',
    ]);
    expect(failuresOf(report)[0]?.sentence).toContain("Check the bucket's name and the store's region and endpoint.");
  });

  it.each([
    ['oss', 'cn-beijing'],
    ['s3', 'eu-west-1'],
  ])('%s: another region than the endpoint has', async (name, region) => {
    const provider = EMULATED[name];
    if (provider === undefined) throw new Error(`no provider ${name}`);
    await using emulator = await provider.start({ buckets: provider.buckets });
    const it = { ...storeFor(name, provider, emulator), region };
    const stores = await temporaryFile('s.json', JSON.stringify({ stores: { it } }));
    const [account] = emulator.accounts;
    const env = {
      [`${name.toUpperCase()}_ACCESS_KEY_ID`]: account?.accessKeyId ?? '',
      [`${name.toUpperCase()}_SECRET_ACCESS_KEY`]: account?.secretAccessKey ?? '',
    };
    const report = reportOf(await objectferry(['doctor', '--stores', stores, '--json'], { env }));
    expect(linesOf(report).slice(2)).toEqual(['fail it region']);
    expect(report.findings.at(-1)?.sentence).toContain("Correct the store's region and endpoint");
  });

  it('a closed port', async () => {
    const emulator = await oss();
    await emulator.close();
    const { code, stdout } = await examine(emulator);
    expect([code, stdout]).toEqual([
      1,
      `fail  oss  address: ${emulator.endpoint} does not answer (ECONNREFUSED): nothing listens there, correct host and port.\n`,
    ]);
  });

  it('a name that does not resolve', async () => {
    const { code, stdout } = await examine({ endpoint: 'https://oss.invalid' }, { fields: { addressing: 'virtual' } });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^fail {2}oss {2}address: .* \((?:ENOTFOUND|EAI_AGAIN)\): the name does not resolve/);
  });

  it('something that is no object store', async () => {
    const server = createServer((_, response) => response.writeHead(200).end('<html>'));
    const { endpoint } = await listening(server);
    const report = reportOf(await examine({ endpoint }, { args: ['--json'] }));
    server.close();
    expect(linesOf(report)).toEqual(['fail oss address', 'ok oss clock']);
    expect(report.findings[0]?.sentence).toContain('answers with status 200, but not as an object store does');
  });

  it.each([
    ['a clock that is two minutes behind', 120, 'warn', 0, /^This machine's clock is 1[12]\d seconds behind/],
    ['a clock that is eleven minutes ahead', -660, 'fail', 1, /^This machine's clock is 6[56]\d seconds ahead/],
  ] as const)('%s', async (_, seconds, verdict, code, sentence) => {
    const clock = () => new Date(Date.now() + seconds * 1000);
    await using emulator = await oss({ clock });
    await using dated = await inFrontOf(emulator, clock);
    const ended = await examine(dated, { args: ['--json'] });
    const found = reportOf(ended).findings.find(({ check }) => check === 'clock');
    expect([found?.verdict, ended.code]).toEqual([verdict, code]);
    expect(found?.sentence).toMatch(sentence);
    expect(heldBy(emulator)).toEqual([]);
  });
});

describe('a principal with limited rights', () => {
  const rights = [
    'oss:PutObject',
    'oss:PutObjectTagging',
    'oss:ListParts',
    'oss:AbortMultipartUpload',
    'oss:GetObject',
    'oss:GetObjectTagging',
    'oss:ListMultipartUploads',
    'oss:DeleteObject',
    'oss:DeleteObjectVersion',
  ];

  it.each(rights)('without %s: names it, leaves nothing behind, and its policy is what is needed', async (right) => {
    const account = { ...demoOssAccount, deniedActions: [right] };
    await using emulator = await oss({ accounts: [account] });
    const ended = await examine(emulator, { args: ['--json'] });
    expect(heldBy(emulator)).toEqual([]);
    const report = reportOf(ended);
    const missing = failuresOf(report).filter(({ check }) => check === 'permissions');
    expect(missing.length).toBeGreaterThan(0);
    for (const { sentence } of missing) expect(sentence).toContain(right);
    expect(failuresOf(report).filter(({ check }) => check !== 'permissions')).toEqual([]);
    expect(ended.code).toBe(1);
    for (const { policy, subject } of missing) {
      expect(readPolicy(policy).flatMap(({ actions }) => actions)).toContain(right);
      expect(JSON.stringify(policy)).toContain(`acs:oss:*:*:${subject.replace('oss/', '')}/*`);
    }
  });

  it.each(Object.entries(EMULATED))(
    '%s: with the policy that it prints, everything is well',
    async (name, provider) => {
      const { policyFor } = await import('#infra/local/doctor/permissions.ts');
      const { buckets } = provider;
      await using plain = await provider.start({ buckets });
      const [account] = plain.accounts;
      if (account === undefined) throw new Error('the emulator has no account');
      const policy = buckets.flatMap((bucket) => readPolicy(policyFor(name, bucket, RIGHTS)));
      await using emulator = await provider.start({ buckets, accounts: [{ ...account, policy }] });
      const stores = await temporaryFile(
        's.json',
        JSON.stringify({ stores: { it: storeFor(name, provider, emulator) } }),
      );
      const prefix = name.toUpperCase();
      const env = {
        [`${prefix}_ACCESS_KEY_ID`]: account.accessKeyId,
        [`${prefix}_SECRET_ACCESS_KEY`]: account.secretAccessKey,
      };
      const ended = await objectferry(['doctor', '--stores', stores, '--json'], { env });
      expect(failuresOf(reportOf(ended))).toEqual([]);
      expect(heldBy(emulator)).toEqual([]);
    },
  );
});
