import { Receipt } from '@objectferry/shared/contract.ts';
import { parse } from '@objectferry/shared/schema.ts';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoOssAccount, type OssEmulator, startOssEmulator } from '../emulators/oss/emulator.ts';
import { type Ended, LAUNCHER, objectferry, oldNode, start } from './cli-process.ts';
import { jsonStores, keysOf, storeAt, yamlStores } from './cli-stores.ts';

const MIB = 1024 * 1024;
const SIZE = 64 * MIB;
const ErrorDocument = v.strictObject({ error: v.string(), message: v.string(), advice: v.string() });
const old = await oldNode();
const env = keysOf(demoOssAccount);
const temporary = {
  accessKeyId: 'STS.NUtemporaryDEMO',
  secretAccessKey: 'objectferry+temporary/secret=for&oss%41',
  sessionToken: 'CAISobjectferry+session/token==for&oss%42',
};
let oss: OssEmulator;
let stores: string;

beforeAll(async () => {
  oss = await startOssEmulator({ buckets: ['raw', 'archive'], accounts: [demoOssAccount, temporary] });
  oss.model.putVirtualObject('raw', 'films/a b+c.mov', SIZE);
  stores = await jsonStores(storeAt(oss.endpoint));
});
afterAll(() => oss.close());

const source = 'oss://raw/films/a%20b%2Bc.mov';

/** Keys as they stand, and as a header, a URL, a document or a log may spell them. */
function expectNoSecret({ stdout, stderr }: Ended) {
  for (const secret of [temporary.secretAccessKey, temporary.sessionToken]) {
    for (const spelling of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')]) {
      expect(`${stdout}${stderr}`).not.toContain(spelling);
    }
  }
}

describe.concurrent('objectferry copy', () => {
  it.each([
    { write: yamlStores, signature: 'v4', addressing: 'path', parts: 64 },
    { write: jsonStores, signature: 'v1', addressing: 'virtual', parts: 64 },
    { write: yamlStores, signature: 'v1', addressing: 'path', parts: undefined },
    { write: jsonStores, signature: 'v4', addressing: 'virtual', parts: undefined },
  ])('copies with $signature, $addressing style, parts: $parts', async ({ write, signature, addressing, parts }) => {
    const endpoint = addressing === 'path' ? oss.endpoint : oss.virtualHostEndpoint;
    const file = await write(storeAt(endpoint, { signature, addressing }));
    const key = `${signature}-${parts}`;
    const flags = parts === undefined ? [] : ['--part-size-mib', '1'];
    const ended = await objectferry(['copy', source, `oss://archive/${key}`, '--stores', file, ...flags], {
      env: keysOf(temporary),
    });
    const { code, stdout, stderr } = ended;
    expect(code).toBe(0);
    expectNoSecret(ended);
    const lines = stdout.split('\n');
    expect(lines[0]).toBe('Copied and proven.');
    expect(lines).toContain(`  from      ${source}`);
    expect(lines).toContain(`  to        oss://archive/${key}`);
    expect(lines).toContain(`  how       ${parts === undefined ? 'one request' : '64 parts of 1 MiB in 1 span'}`);
    expect(lines).toContain('  size      67108864 bytes (64 MiB)');
    expect(stdout).toMatch(/ {2}check {5}crc64ecma equal \(\d+\)/);
    expect(stderr).toMatch(
      parts === undefined
        ? /^(?:(?:looking at the source|copying 64 MiB with one request).*\n)*copied 64 MiB with one request(?: {2}retries.*)?\n$/
        : // Many processes share this machine, so that a connection may time out and be made again.
          /100% {2}64\/64 parts {2}64 MiB of 64 MiB {2}\S+ \wiB\/s {2}done(?: {2}retries.*)?\n$/,
    );
    // biome-ignore lint/suspicious/noControlCharactersInRegex: no terminal, so none of these.
    expect(`${stdout}${stderr}`).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    expect(oss.model.getObject('archive', key)?.content.crc64()).toBe(
      oss.model.getObject('raw', 'films/a b+c.mov')?.content.crc64(),
    );
  });

  it('prints with --json the receipt in one line and nothing else, no secret either', async () => {
    const ended = await objectferry(['copy', source, 'oss://archive/j', '--stores', stores, '--json'], {
      env: keysOf(temporary),
    });
    expect([ended.code, ended.stderr]).toEqual([0, '']);
    expect(ended.stdout.indexOf('\n')).toBe(ended.stdout.length - 1);
    const receipt = parse(Receipt, JSON.parse(ended.stdout), 'The receipt');
    expect(receipt).toMatchObject({ source: { key: 'films/a b+c.mov' }, destination: { key: 'j' }, size: SIZE });
    expectNoSecret(ended);
  });

  it('keeps conditions of --options beside those of flags', async () => {
    const flags = [
      '--options',
      '{"ifSource":{"etag":"\\"0\\""}}',
      '--if-source-unmodified-since',
      '2999-01-01T00:00:00Z',
    ];
    const { code, stderr } = await objectferry(['copy', source, 'oss://archive/c', '--stores', stores, ...flags], {
      env,
    });
    expect(code).toBe(1);
    expect(stderr).toContain('objectferry: PreconditionFailed: ');
  });

  it('goes on when nobody reads its progress any more', async () => {
    const copy = start(LAUNCHER, ['copy', source, 'oss://archive/deaf', '--stores', stores], { env });
    copy.closeStderr();
    expect(await copy.ended).toMatchObject({ code: 0, stdout: expect.stringContaining('Copied and proven.') });
  });

  it('says what failed and what to do, exits with 1, and tells programs so with --json', async () => {
    const args = ['copy', 'oss://raw/nope', 'oss://archive/n', '--stores', stores];
    const person = await objectferry(args, { env });
    expect([person.code, person.stdout]).toEqual([1, '']);
    // On a slow machine there is time for a line of progress.
    const [sentence, advice, ...rest] = person.stderr.split('\n').filter((line) => line !== 'looking at the source');
    expect(sentence).toMatch(/^objectferry: SourceNotFound: There is no "raw\/nope"\. \[oss, HeadObject, status 404/);
    expect(advice).toMatch(/^Check the bucket, key and version of the source/);
    expect(rest).toEqual(['']);
    const program = await objectferry([...args, '--json'], { env });
    expect(program.code).toBe(1);
    expect(parse(ErrorDocument, JSON.parse(program.stdout), 'The error')).toMatchObject({
      error: 'SourceNotFound',
      advice,
    });
  });

  it.each([
    ['an unknown token', { sessionToken: `${temporary.sessionToken}x` }, []],
    ['a wrong secret', { secretAccessKey: `${temporary.secretAccessKey}x` }, []],
    ['a wrong secret, V1', { secretAccessKey: `${temporary.secretAccessKey}x` }, [{ signature: 'v1' }]],
  ])('prints no secret when it fails: %s', async (_, keys, [fields]) => {
    const file = await jsonStores(storeAt(oss.endpoint, fields));
    const ended = await objectferry(
      [
        'copy',
        source,
        `oss://archive/no-${_.replaceAll(/\W/g, '-')}`,
        '--stores',
        file,
        '--options',
        '{"metadata":{"user":{"a":"b"}}}',
      ],
      { env: keysOf({ ...temporary, ...keys }) },
    );
    expect(ended.code).toBe(1);
    expectNoSecret(ended);
  });

  it.runIf(old !== undefined)('hands over to Node 24 when an older one starts it', async () => {
    const { code, stdout, stderr } = await objectferry(
      ['copy', source, 'oss://archive/old', '--stores', stores, '--json'],
      { env, ...(old === undefined ? {} : { node: old }) },
    );
    expect([code, stderr]).toEqual([0, '']);
    expect(parse(Receipt, JSON.parse(stdout), 'The receipt').destination.key).toBe('old');
  });
});
