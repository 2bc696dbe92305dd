import { CopyStatus, CopySummary } from '@objectferry/shared/api.ts';
import { Receipt } from '@objectferry/shared/contract.ts';
import { parse } from '@objectferry/shared/schema.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoOssAccount } from '../emulators/oss/emulator.ts';
import { LAUNCHER, objectferry, start, temporaryFile } from './cli-process.ts';
import { jsonStores, keysOf, storeAt } from './cli-stores.ts';
import { type Serving, startServing } from './serve-process.ts';

const MIB = 1024 * 1024;
const slowParts = { operation: 'UploadPartCopy', key: 'slow', fault: { kind: 'latency', ms: 50 } } as const;
const brokenOnce = {
  operation: 'CompleteMultipartUpload',
  key: 'broken-once',
  times: 2,
  fault: { kind: 'status', status: 403, code: 'AccessDenied' },
} as const;
let serving: Serving;

beforeAll(async () => {
  serving = await startServing({ faults: { seed: 1, rules: [slowParts, brokenOnce] } });
  serving.oss.model.putVirtualObject('raw', 'films/a b.mov', 32 * MIB);
  serving.oss.model.putVirtualObject('raw', 'long', 800 * MIB);
});
afterAll(() => serving[Symbol.asyncDispose]());

const source = 'oss://raw/films/a%20b.mov';
const slow = ['copy', 'oss://raw/long', 'oss://archive/slow', '--part-size-mib', '1'];

async function idOf(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await serving.cli(...args, '--detach');
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^api-[0-9a-f]{32}\n$/);
  return stdout.trim();
}

describe('objectferry copy --endpoint', () => {
  it('waits for the copy and prints the receipt that a copy here prints', async () => {
    const { code, stdout, stderr } = await serving.cli('copy', source, 'oss://archive/one', '--part-size-mib', '1');
    expect(code).toBe(0);
    const lines = stdout.split('\n');
    expect(lines[0]).toBe('Copied and proven.');
    expect(lines).toContain(`  from      ${source}`);
    expect(lines).toContain('  how       32 parts of 1 MiB in 1 span');
    expect(stderr).toMatch(/100% {2}32\/32 parts {2}32 MiB of 32 MiB {2}\S+ \wiB\/s {2}done\n$/);
    expect(serving.oss.model.getObject('archive', 'one')?.content.crc64()).toBe(
      serving.oss.model.getObject('raw', 'films/a b.mov')?.content.crc64(),
    );
  });

  it('prints with --json the receipt in one line and nothing else', async () => {
    const { code, stdout, stderr } = await serving.cli('copy', source, 'oss://archive/j', '--json');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.indexOf('\n')).toBe(stdout.length - 1);
    expect(parse(Receipt, JSON.parse(stdout), 'The receipt')).toMatchObject({
      size: 32 * MIB,
      destination: { key: 'j' },
    });
  });

  it('says what failed as a copy here does', async () => {
    const { code, stdout, stderr } = await serving.cli('copy', 'oss://raw/nope', 'oss://archive/n');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(
      /^objectferry: SourceNotFound: There is no "raw\/nope"\. .*\nCheck the bucket, key and version/m,
    );
    const program = await serving.cli('copy', 'oss://raw/nope', 'oss://archive/n2', '--json');
    expect(JSON.parse(program.stdout)).toMatchObject({ error: 'SourceNotFound', advice: expect.any(String) });
  });

  it('starts no second copy with the same --idempotency-key, and refuses it for another one', async () => {
    const again = ['copy', source, 'oss://archive/same', '--idempotency-key', 'monday'];
    const first = await idOf(...again);
    expect(await idOf(...again)).toBe(first);
    const { code, stderr } = await serving.cli('copy', source, 'oss://archive/other', '--idempotency-key', 'monday');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^objectferry: IdempotencyKeyReused: .*send a new key with a new request\.\n$/);
  });

  it.each([
    ['a location that is none', ['copy', 'films', 'oss://archive/x'], /source is not a location/],
    ['a store that the server does not have', ['copy', 'zz://raw/key', 'oss://archive/x'], /source\.store is "zz"/],
    ['a wrong option', ['copy', source, 'oss://archive/x', '--overwrite', 'maybe'], /--overwrite must be "always" or/],
    [
      'stores of its own',
      ['copy', source, 'oss://archive/x', '--stores', 'a.yaml'],
      /cannot be used with option '--stores/,
    ],
    ['a wrong state', ['list', '--state', 'sleeping'], /state must be "running" or/],
    [
      'a wrong flag by its own name',
      ['copy', source, 'oss://archive/x', '--part-size-mib', '-1'],
      /InvalidRequest: --part-size-mib must be 1 or more\.\n$/,
    ],
    ['a limit of nothing', ['list', '--limit', '0'], /limit must be a number from 1/],
  ])('refuses %s with exit code 2', async (_, args, sentence) => {
    const { code, stdout, stderr } = await serving.cli(...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^objectferry: InvalidRequest: .*\.\n$/);
    expect(stderr).toMatch(sentence);
  });

  it('goes on when Ctrl-C ends the watching, and says how to stop it', async () => {
    const watching = serving.startCli(...slow);
    await expect.poll(() => serving.oss.model.openUploads('archive').map(({ key }) => key)).toContain('slow');
    watching.kill('SIGINT');
    const { code, stdout, stderr } = await watching.ended;
    expect([code, stdout]).toEqual([130, '']);
    const [, command = '', id = ''] =
      /goes on\. To stop it: objectferry (stop (api-\w+) --endpoint http:\S+)\n$/.exec(stderr) ?? [];
    const running = await serving.cli('status', id, '--json');
    expect(parse(CopyStatus, JSON.parse(running.stdout), 'The status')).toMatchObject({
      id,
      state: 'running',
      strategy: 'parts',
    });
    const person = await serving.cli('status', id);
    expect(person.stdout).toMatch(
      /^api-\w+ running\n {2}from .*\n {2}to .*\n {2}started .*\n {2}size .*\n {2}progress {2}\d+\/800 parts, /,
    );
    const stopped = await objectferry(command.split(' '));
    expect(stopped).toMatchObject({ code: 0, stdout: `${id} is told to stop, and aborts its upload.\n`, stderr: '' });
    await expect.poll(() => serving.oss.model.openUploads('archive').map(({ key }) => key)).not.toContain('slow');
    await expect
      .poll(async () => (await serving.cli('status', id)).stdout, { timeout: 10_000 })
      .toMatch(/^api-\w+ stopped\n/);
    expect(serving.oss.model.getObject('archive', 'slow')).toBeUndefined();
  });

  it('says that a copy was stopped by somebody else', async () => {
    const watching = serving.startCli(...slow, '--json');
    await expect.poll(() => serving.oss.model.openUploads('archive').map(({ key }) => key)).toContain('slow');
    const [{ id } = { id: '' }] = (await serving.cli('list', '--state', 'running', '--json')).stdout
      .trim()
      .split('\n')
      .map((line) => parse(CopySummary, JSON.parse(line), 'A line'));
    expect((await serving.cli('stop', id, '--json')).stdout).toMatch(/^\{"id":"api-\w+",.*\}\n$/);
    const { code, stdout } = await watching.ended;
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ error: 'Stopped' });
    expect(await serving.cli('stop', id)).toMatchObject({ code: 0 });
  });
});

describe('objectferry status, list and stop', () => {
  it('tell of a copy that ended', async () => {
    const id = await idOf('copy', source, 'oss://archive/told');
    await expect.poll(async () => (await serving.cli('status', id)).stdout).toMatch(/^api-\w+ succeeded\n/);
    const { stdout } = await serving.cli('status', id);
    expect(stdout).toMatch(/\n {2}started .*\n {2}ended .*\nCopied and proven\.\n/);
    const { code, stderr } = await serving.cli('stop', id);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^objectferry: CopyEnded: The copy has ended already, as succeeded/);
  });

  it('list what there is, newest first, as a table or as lines of JSON', async () => {
    const ids = [];
    for (const key of ['l1', 'l2', 'l3']) ids.unshift(await idOf('copy', source, `oss://archive/${key}`));
    const table = (await serving.cli('list', '--limit', '3')).stdout;
    expect(table.split('\n')[0]).toMatch(/^ID +STATE +STARTED +TOOK$/);
    expect(
      table
        .split('\n')
        .slice(1, 4)
        .map((line) => line.split(' ')[0]),
    ).toEqual(ids);
    const lines = (await serving.cli('list', '--limit', '2', '--json')).stdout.trimEnd().split('\n');
    expect(lines.map((line) => parse(CopySummary, JSON.parse(line), 'A line').id)).toEqual(ids.slice(0, 2));
    expect((await serving.cli('list', '--state', 'timedOut')).stdout).toBe('No copies.\n');
  });

  it('and resume one that failed and kept its parts, but no other', async () => {
    const copy = (key: string, ...flags: string[]) =>
      serving.cli('copy', source, `oss://archive/${key}`, '--part-size-mib', '8', ...flags);
    expect((await copy('broken-once', '--on-failure', 'keep')).code).toBe(1);
    const id = (await serving.cli('list', '--limit', '1', '--json')).stdout;
    const kept = parse(CopySummary, JSON.parse(id), 'The line').id;
    expect(await serving.cli('resume', kept)).toMatchObject({
      code: 0,
      stdout: `${kept} goes on with the parts that it kept.\n`,
      stderr: '',
    });
    // It fails a second time, and still keeps its parts.
    await expect.poll(async () => (await serving.cli('status', kept)).stdout, { timeout: 20_000 }).toMatch(/ failed\n/);
    const json = await serving.cli('resume', kept, '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({ id: kept });
    await expect.poll(async () => (await serving.cli('status', kept)).stdout, { timeout: 20_000 }).toContain('Copied');
    const { code, stdout, stderr } = await serving.cli('resume', kept);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^objectferry: NotResumable: The copy has succeeded: .*\n$/);
  });

  it('say that there is no such copy', async () => {
    for (const subcommand of ['status', 'stop']) {
      const { code, stderr } = await serving.cli(subcommand, 'api-none');
      expect(code).toBe(1);
      expect(stderr).toMatch(/^objectferry: CopyNotFound: There is no copy of this id/);
    }
  });

  it.each([
    [['status', 'x'], /required option '--endpoint <url>' not specified: see objectferry status --help/],
    [
      ['list', '--nonsense', '--endpoint', 'http://127.0.0.1:1'],
      /unknown option '--nonsense': see objectferry list --help/,
    ],
    [['status', 'x', '--endpoint', 'nowhere'], /give an address like/],
    [['copy', 'a://b/c', 'a://b/d', '--detach'], /--detach is of use only with --endpoint/],
    [['serve', '--port', '99999'], /port must be 65535 or less/],
  ])('%j is refused with exit code 2', async (args, sentence) => {
    const { code, stdout, stderr } = await objectferry(args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(sentence);
  });

  it('say that nobody listens there', async () => {
    const { code, stderr } = await objectferry(['status', 'x', '--endpoint', 'http://127.0.0.1:1']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^objectferry: Unreachable: http:\/\/127\.0\.0\.1:1 cannot be reached/);
  });
});

describe('objectferry serve', () => {
  it('tells a person its address and what to try, and ends with Ctrl-C', async () => {
    const stores = await jsonStores(storeAt(serving.oss.endpoint));
    const state = await temporaryFile('marker', '');
    const server = start(LAUNCHER, ['serve', '--stores', stores, '--port', '0', '--state-folder', `${state}.d`], {
      env: keysOf(demoOssAccount),
    });
    const printed = await server.printed(/Ctrl-C/);
    const [, url] = /^The API listens on (http:\/\/127\.0\.0\.1:\d+), for this machine alone\./.exec(printed) ?? [];
    const lines = printed.split('\n').filter((line) => line.startsWith('  curl -s '));
    expect(lines).toEqual([
      `  curl -s ${url}/copies -H 'content-type: application/json' -d '{"source":"oss://bucket/key","destination":"oss://bucket/copy"}'`,
      `  curl -s ${url}/copies`,
    ]);
    expect(await (await fetch(`${url}/copies`)).json()).toEqual({ copies: [] });
    server.kill('SIGINT');
    expect(await server.ended).toMatchObject({
      code: 130,
      stderr: expect.stringContaining('Stopping and cleaning up'),
    });
  });

  it.each([
    [
      'a port that is taken',
      () => ['--port', new URL(serving.url).port, '--state-folder', '/tmp/objectferry-none'],
      /is in use: choose another with --port/,
    ],
    ['a stores file that is not there', () => ['--stores', '/nowhere.yaml'], /cannot be read: give the path/],
  ])('refuses %s', async (_, flags, sentence) => {
    const stores = await jsonStores(storeAt(serving.oss.endpoint));
    const { code, stdout, stderr } = await objectferry(['serve', '--stores', stores, ...flags()]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(sentence);
  });

  it('refuses the state folder of another one that runs', async () => {
    await expect(serving.again()).rejects.toThrow(/Another objectferry serve works in .*: end it first/);
  });
});
