import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoOssAccount } from '../emulators/oss/emulator.ts';
import { objectferry, temporaryFile } from './cli-process.ts';
import { jsonStores, keysOf, type StoreFields, storeAt } from './cli-stores.ts';

const env = keysOf(demoOssAccount);
const [from, to] = ['oss://raw/key', 'oss://archive/key'] as const;
let connections = 0;
const server = createServer((socket) => {
  connections += 1;
  socket.destroy();
});
let endpoint = '';
let stores = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  endpoint = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  stores = await jsonStores(storeAt(endpoint));
});
afterAll(() => {
  server.close();
  expect(connections).toBe(0);
});

/** Requires exit code 2, exactly one sentence on stderr, nothing on stdout, and no connection. */
async function expectRefusal(args: readonly string[], sentence: RegExp, keys: Readonly<Record<string, string>> = env) {
  const { code, stdout, stderr } = await objectferry(args, { env: keys });
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^objectferry: \w+: .*\.\n$/);
  expect(stderr).toMatch(sentence);
  expect(connections).toBe(0);
}

describe('objectferry copy refuses before anything is started', () => {
  it.concurrent.each([
    ['an unknown flag', [from, to, '--nonsense'], /unknown option '--nonsense': see objectferry copy --help\.$/m],
    ['a misspelt flag', [from, to, '--ovewrite', 'never'], /Did you mean --overwrite\?/],
    ['a missing argument', [from], /missing required argument 'destination': see objectferry copy --help\.$/m],
    ['an argument too many', [from, to, to], /too many arguments/],
    ['a flag without its value', [from, to, '--part-size-mib'], /'--part-size-mib <n>' argument missing/],
    [
      'an unknown option',
      [from, to, '--options', '{"ovewrite":"never"}'],
      /options\.ovewrite is not a known field, remove or rename it/,
    ],
    [
      'options that are no JSON',
      [from, to, '--options', '{overwrite}'],
      /--options is not a JSON object: write for example/,
    ],
    [
      'an unknown choice',
      [from, to, '--overwrite', 'maybe'],
      /--overwrite must be "always" or "never" or "ifDifferent", but is "maybe"/,
    ],
    ['an unknown store', ['zz://raw/key', to], /source\.store is "zz", which is not in the stores file; it has oss\./],
    [
      'a bucket that is not allowed',
      [from, 'oss://private/key'],
      /destination\.bucket is "private", which store oss does not allow; it allows raw, archive/,
    ],
    ['an empty key', ['oss://raw/', to], /source is not a location, write store:\/\/bucket\/key/],
    ['a huge key', [from, `oss://archive/${'k'.repeat(5000)}`], /destination\.key: .*1 to 1023 bytes.*not 5000/],
    ['a negative part size', [from, to, '--part-size-mib', '-1'], /--part-size-mib must be 1 or more/],
    [
      'a part size of a fraction',
      [from, to, '--part-size-mib', '1.5'],
      /--part-size-mib is "1\.5": give a whole number/,
    ],
    [
      'a part size that is no number',
      [from, to, '--part-size-mib', 'ten'],
      /--part-size-mib is "ten": give a whole number/,
    ],
    ['a location that is not one', ['/films/a.mov', to], /source is not a location, write store:\/\/bucket\/key/],
    ['a broken escape in a location', ['oss://raw/100%', to], /source is not a location.*a raw % is %25/],
    [
      'a version on the destination',
      [from, `${to}?versionId=1`],
      /destination names a version, which only a source can have/,
    ],
    ['the same object twice', [from, from], /are the same object: choose another destination/],
  ])('%s', async (_, args, sentence) => {
    await expectRefusal(['copy', '--stores', stores, ...args], sentence);
  });

  it.concurrent.each([
    [
      'no credentials at all',
      {},
      /Store oss has no credentials: set OSS_ACCESS_KEY_ID and OSS_SECRET_ACCESS_KEY in the environment/,
    ],
    ['half of them', { OSS_ACCESS_KEY_ID: 'id' }, /: set OSS_SECRET_ACCESS_KEY in the environment/],
  ])('%s', async (_, keys, sentence) => {
    await expectRefusal(['copy', from, to, '--stores', stores], sentence, keys);
  });

  it.concurrent('a missing stores file', async () => {
    await expectRefusal(
      ['copy', from, to, '--stores', '/nowhere/stores.yaml'],
      /\/nowhere\/stores\.yaml cannot be read: give the path/,
    );
  });

  it.concurrent.each<[string, string, RegExp]>([
    ['YAML that is only text', 'stores', /The stores file: must be an object, but is/],
    ['an empty file', '', /The stores file: must be an object/],
  ])('a stores file that is %s', async (_, text, sentence) => {
    await expectRefusal(['copy', from, to, '--stores', await temporaryFile('stores.yaml', text)], sentence);
  });

  it.concurrent.each<[string, StoreFields, RegExp]>([
    ['an unknown field', { adressing: 'path' }, /adressing is not a known field, remove or rename it/],
    [
      'an unknown provider',
      { provider: 'ftp' },
      /stores\.oss\.provider is "ftp", choose one of obs, oss, qingstor, s3\./,
    ],
    ['a region with a prefix', { region: 'oss-cn-hangzhou' }, /region must be the bare region id, leave out oss-/],
    [
      'a region that is not that of the endpoint',
      { endpoint: 'https://oss-cn-beijing.aliyuncs.com', addressing: 'virtual' },
      /region is cn-hangzhou, but the endpoint is in cn-beijing, make them equal/,
    ],
    [
      'an address with virtual hosts',
      { addressing: 'virtual' },
      /addressing is virtual, but no bucket can stand in front of an IP address, use path/,
    ],
    [
      'keys in the file',
      { credentials: { accessKeyId: 'a', secretAccessKey: 'b' } },
      /credentials must have either env .* or secret/,
    ],
  ])('a stores file with %s', async (_, fields, sentence) => {
    await expectRefusal(['copy', from, to, '--stores', await jsonStores(storeAt(endpoint, fields))], sentence);
  });

  it.concurrent('two regions', async () => {
    const file = await jsonStores(storeAt(endpoint), { far: storeAt(endpoint, { region: 'cn-beijing' }) });
    const { code, stdout, stderr } = await objectferry(['copy', from, 'far://archive/key', '--stores', file], { env });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(
      /^objectferry: RegionMismatch: From store oss to store far: one is in region cn-hangzhou, the other in cn-beijing/,
    );
  });

  it.concurrent('malformed YAML', async () => {
    const file = await temporaryFile('stores.yaml', 'stores:\n  oss: { provider: oss\n  region: x');
    const { code, stdout, stderr } = await objectferry(['copy', from, to, '--stores', file], { env });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(
      /^objectferry: InvalidConfig: \S+stores\.yaml is not YAML or JSON: .* at line 3, column 3.*\n$/,
    );
  });

  it.concurrent('and tells programs so on stdout with --json', async () => {
    for (const args of [
      [from, to, '--nonsense'],
      [from, 'nowhere'],
    ]) {
      const { code, stdout } = await objectferry(['copy', ...args, '--stores', stores, '--json'], { env });
      expect(code).toBe(2);
      expect(JSON.parse(stdout)).toMatchObject({ error: 'InvalidRequest' });
    }
  });
});

describe('objectferry', () => {
  it.concurrent('shows help that was asked for on stdout', async () => {
    const { code, stdout, stderr } = await objectferry(['--help']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^Usage: objectferry .*\n {2}copy .*\n {2}emulators /s);
    expect((await objectferry(['copy', '--help'])).stdout).toMatch(
      /--part-size-mib.*Exit codes: 0 done, 1 failed, 2 bad/s,
    );
  });

  it.concurrent('shows help that was needed on stderr', async () => {
    const { code, stdout, stderr } = await objectferry([]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^Usage: objectferry /);
  });

  it.concurrent('knows its version', async () => {
    expect(await objectferry(['--version'])).toMatchObject({ code: 0, stdout: '0.1.0\n', stderr: '' });
  });

  it.concurrent('refuses an unknown subcommand', async () => {
    await expectRefusal(['copi', from, to], /unknown command 'copi' \(Did you mean copy\?\): see objectferry --help/);
  });
});
