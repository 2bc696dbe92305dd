import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ExecutionsFolder } from '#infra/local/executions/folder.ts';
import { copiesFolder } from '#infra/local/journal/journals.ts';
import { EMULATED, type Emulator } from '../emulators/catalogue.ts';
import { startOssEmulator } from '../emulators/oss/emulator.ts';
import { objectferry } from './cli-process.ts';
import { type UploadsBench, uploadsBench } from './cli-uploads-bench.ts';

const MIB = 1024 * 1024;
const HOUR_MS = 3_600_000;
/** More than any provider lists on a page. */
const MANY = 1_100;

async function begin(name: string, started?: Emulator): Promise<UploadsBench> {
  const bench = await uploadsBench(name, started);
  for (const [variable, value] of Object.entries(bench.env)) vi.stubEnv(variable, value);
  return bench;
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe.each(Object.keys(EMULATED))('uploads on %s', (name) => {
  it('are shown with whose they are, and those of copies that ended are removed, and no others', async () => {
    await using on = await begin(name);
    const record = await on.keptByServe('kept é.mov');
    const stranger = on.stranger('strange', 50);
    const { uploadId: interrupted, lock } = on.journal(record, 'interrupted');
    lock[Symbol.dispose]();
    const running = on.journal(record, 'running');
    const all = await on.json('list', on.place);
    expect(all).toMatchObject({
      place: on.place,
      more: false,
      uploads: [
        { key: 'interrupted', uploadId: interrupted, whose: 'interrupted', command: 'objectferry copy A interrupted' },
        { key: 'kept é.mov', whose: 'kept', parts: 2, bytes: 2 * (EMULATED[name]?.partSizeMiB ?? 0) * MIB },
        { key: 'running', uploadId: running.uploadId, whose: 'running' },
        { key: 'strange', uploadId: stranger, whose: 'unknown', parts: 0, bytes: 0, ageSeconds: 50 * 3600 },
      ],
    });
    expect(await on.json('list', `${on.place}/kept%20%C3%A9`)).toMatchObject({ uploads: [{ key: 'kept é.mov' }] });
    expect(await on.json('list', on.place, '--older-than', '40h')).toMatchObject({ uploads: [{ key: 'strange' }] });
    const dry = await on.json('abort', on.place, '--dry-run');
    expect(dry).toMatchObject({ dryRun: true, removed: [{ whose: 'interrupted' }, { whose: 'kept' }], failed: [] });
    expect(on.openIds()).toHaveLength(4);
    expect(await on.json('abort', on.place)).toMatchObject({
      dryRun: false,
      removed: [{ key: 'interrupted' }, { key: 'kept é.mov' }],
      failed: [],
      left: { running: 1, interrupted: 0, kept: 0, unknown: 1 },
    });
    expect(new Set(on.openIds())).toEqual(new Set([running.uploadId, stranger]));
    expect(await on.json('abort', on.place, '--all', '--older-than', '20h')).toMatchObject({
      removed: [{ uploadId: stranger }],
      left: { running: 1 },
    });
    expect(on.openIds()).toEqual([running.uploadId]);
    running.lock[Symbol.dispose]();
    expect((await on.uploads('abort', on.place)).code).toBe(0);
    expect(on.openIds()).toEqual([]);
  });

  it(`are all found when there are ${MANY} of them, and counted up to a limit`, async () => {
    await using on = await begin(name);
    for (let index = 0; index < MANY; index += 1) on.stranger(`many/${index % 3}`, 30);
    const young = on.stranger('many/young', 1);
    const elsewhere = on.stranger('other', 30);
    expect(await on.json('list', on.place, '--limit', '3')).toMatchObject({ uploads: { length: 3 }, more: true });
    const old = ['--all', '--older-than', '1d'];
    const many = `${on.place}/many/`;
    const dry = await on.json('abort', many, ...old, '--dry-run', '--limit', '5');
    expect(dry).toMatchObject({ removed: { length: 5 }, left: { unknown: MANY - 5 } });
    // Three requests each: on one provider that is enough.
    if (name !== 'oss') return;
    expect(await on.json('abort', many, ...old)).toMatchObject({ removed: { length: MANY }, failed: [] });
    expect(new Set(on.openIds())).toEqual(new Set([young, elsewhere]));
  });
});

describe('uploads list', () => {
  it('prints columns and a sum, and no key steers the terminal', async () => {
    await using on = await begin('oss');
    on.stranger('evil\u001b[2J\u202e\n100%?', 50);
    on.stranger('z', 1);
    const { code, stdout } = await on.uploads('list', on.place);
    expect(code).toBe(0);
    expect(stdout.replaceAll(/[0-9A-F]{32}/g, 'ID')).toBe(
      [
        'AGE  PARTS  BYTES  WHOSE    KEY                              UPLOAD ID',
        '2d   0      0 B    unknown  evil%1B[2J%E2%80%AE%0A100%25%3F  ID',
        '60m  0      0 B    unknown  z                                ID',
        '2 uploads with 0 B in oss://archive: 2 unknown.',
        '',
      ].join('\n'),
    );
    const [, row = ''] = stdout.split('\n');
    const [, shown = ''] = /unknown {2}(\S+)/.exec(row) ?? [];
    // What is shown is what a location takes.
    expect(await on.json('list', `${on.place}/${shown}`)).toMatchObject({
      uploads: [{ key: 'evil\u001b[2J\u202e\n100%?' }],
    });
    const document = await on.uploads('list', on.place, '--json');
    expect(document.stdout).not.toMatch(/[\p{Cc}\p{Cf}](?!$)/u);
  });

  it('says so when nothing is open, and how to go on with what was interrupted', async () => {
    await using on = await begin('oss');
    expect(await on.uploads('list', on.place)).toMatchObject({
      code: 0,
      stdout: 'No upload is open in oss://archive.\n',
    });
    const record = await on.keptByServe('kept');
    on.journal(record, 'one').lock[Symbol.dispose]();
    const { stdout } = await on.uploads('list', on.place);
    expect(stdout).toContain('2 uploads with 2 MiB in oss://archive: 1 interrupted, 1 kept.\n');
    expect(stdout).toContain('To go on: objectferry copy A one\n');
  });

  it('shows an upload whose parts may not be seen, and leaves out one that is completed meanwhile', async () => {
    await using on = await begin('oss');
    on.stranger('secret', 1);
    const refused = { kind: 'status', status: 403, code: 'AccessDenied' } as const;
    on.emulator.faults.setPlan({ seed: 1, rules: [{ operation: 'ListParts', fault: refused }] });
    expect(await on.json('list', on.place)).toMatchObject({ uploads: [{ key: 'secret', parts: null, bytes: null }] });
    expect((await on.uploads('list', on.place)).stdout).toMatch(/^60m +\? +\? +unknown/m);
    const gone = { kind: 'status', status: 404, code: 'NoSuchUpload' } as const;
    on.emulator.faults.setPlan({ seed: 1, rules: [{ operation: 'ListParts', fault: gone }] });
    expect(await on.json('list', on.place)).toMatchObject({ uploads: [] });
  });
});

describe('uploads abort', () => {
  it('goes on until the parts of an upload cannot be listed any more', async () => {
    let backs = 2;
    const emulator: Emulator = await startOssEmulator({
      buckets: ['raw', 'archive'],
      // Twice a part that was under way brings the upload back.
      onRequest: ({ operation }) => {
        if (operation !== 'ListParts' || emulator.model.openUploads('archive').length > 0 || backs-- <= 0) return;
        emulator.model.requireBucket('archive').uploads.set(upload.uploadId, upload);
      },
    });
    const upload = emulator.model.createUpload('archive', 'late', {
      initiator: emulator.accounts[0]?.accessKeyId ?? '',
    });
    upload.initiated.setTime(Date.now() - 9 * HOUR_MS);
    await using on = await begin('oss', emulator);
    expect(await on.json('abort', on.place, '--all', '--older-than', '1h')).toMatchObject({
      removed: [{ key: 'late' }],
    });
    expect(emulator.requests.count('AbortMultipartUpload')).toBe(3);
    expect(on.openIds()).toEqual([]);
  });

  it('ends with 1 when one cannot be removed, and removes the others', async () => {
    await using on = await begin('oss');
    on.stranger('a', 9);
    const refused = on.stranger('b\u0007', 9);
    on.stranger('c', 9);
    const fault = { kind: 'status', status: 403, code: 'AccessDenied' } as const;
    on.emulator.faults.setPlan({ seed: 1, rules: [{ operation: 'AbortMultipartUpload', key: 'b\u0007', fault }] });
    const { code, stdout } = await on.uploads('abort', on.place, '--all', '--older-than', '1h');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^removed {2}9h {2}0 {2}0 B {2}unknown {2}a {2}/m);
    expect(stdout).toMatch(/^failed {2}.* b%07 .*\n {2}AccessDenied: /m);
    expect(stdout).toContain('1 upload could not be removed: run the same command again.\n');
    expect(on.openIds()).toEqual([refused]);
    expect(await on.json('abort', on.place, '--all', '--older-than', '1h')).toMatchObject({
      removed: [],
      failed: [{ uploadId: refused, error: { name: 'AccessDenied' } }],
    });
  });

  it('removes one by its id, by the same rules', async () => {
    await using on = await begin('oss');
    const record = await on.keptByServe('kept');
    const [kept = ''] = on.openIds();
    const stranger = on.stranger('strange', 9);
    const running = on.journal(record, 'running');
    const byId = (id: string, ...flags: readonly string[]) =>
      on.uploads('abort', on.place, '--upload-id', id, ...flags);
    expect(await byId(running.uploadId)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('of a copy that runs'),
    });
    expect(await byId(running.uploadId, '--all', '--older-than', '1m')).toMatchObject({ code: 2 });
    expect(await byId(stranger)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('give --all and --older-than'),
    });
    expect(await byId('nobody')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is not open in oss://archive'),
    });
    expect(on.openIds()).toHaveLength(3);
    expect(await byId(kept)).toMatchObject({ code: 0, stdout: expect.stringContaining('Removed 1 upload with 2 MiB') });
    expect(await byId(stranger, '--all', '--older-than', '1h')).toMatchObject({ code: 0 });
    expect(on.openIds()).toEqual([running.uploadId]);
    running.lock[Symbol.dispose]();
  });

  it('leaves one alone whose copy has gone on since it was listed', async () => {
    let go: () => void = () => undefined;
    const emulator: Emulator = await startOssEmulator({
      buckets: ['raw', 'archive'],
      onRequest: ({ operation }) => operation === 'ListParts' && go(),
    });
    await using on = await begin('oss', emulator);
    const record = await on.keptByServe('kept');
    const { uploadId, lock } = on.journal(record, 'one');
    lock[Symbol.dispose]();
    let again: Disposable | undefined;
    go = () => {
      again ??= new ExecutionsFolder(join(copiesFolder(on.stateFolder), 'one'));
    };
    expect(await on.json('abort', on.place)).toMatchObject({ removed: [{ key: 'kept' }], left: { running: 1 } });
    expect(on.openIds()).toEqual([uploadId]);
    again?.[Symbol.dispose]();
  });

  it('takes what serve has begun and has not opened an upload for yet as running', async () => {
    await using on = await begin('oss');
    const record = await on.keptByServe('kept');
    const { at: _, error: __, cause: ___, endedAt: ____, ...began } = record;
    const folder = join(on.stateFolder, 'elsewhere');
    const startedAt = new Date().toISOString();
    new ExecutionsFolder(folder).create({ ...began, id: 'new', state: 'running', startedAt });
    on.stranger('kept', 9);
    const named = ['--state-folder', folder];
    // Old ones of the same key are not what it opened.
    expect(await on.json('list', `${on.place}/kept`, ...named)).toMatchObject({
      uploads: expect.arrayContaining([
        expect.objectContaining({ whose: 'unknown' }),
        expect.objectContaining({ whose: 'kept' }),
      ]),
    });
    const fresh = on.stranger('kept');
    const listed = await on.json('list', `${on.place}/kept`, ...named);
    expect(listed).toMatchObject({
      uploads: expect.arrayContaining([expect.objectContaining({ uploadId: fresh, whose: 'running' })]),
    });
  });
});

describe('uploads with a mistake', () => {
  it.each([
    [
      ['abort', 'oss://archive', '--all'],
      '--all needs --older-than, for example --older-than 7d: what is unknown here',
    ],
    [['list', 'oss://archive', '--older-than', '7'], '--older-than is "7": give a whole number and its unit'],
    [['list', 'oss://archive', '--older-than', '0d'], '--older-than is "0d": give 1m or more.'],
    [['list', 'archive'], '"archive" is not a place of uploads: write store://bucket'],
    [['list', 'oss://archive/50%'], 'is not a place of uploads'],
    [['list', 'hz://archive'], 'The store is "hz", which is not in the stores file; it has oss.'],
    [['list', 'oss://other'], 'The bucket is "other", which store oss does not allow; it allows raw, archive.'],
    [['list', 'oss://archive', '--limit', '0'], 'limit must be a number from 1.'],
    [['list', 'oss://archive', '--state-folder', '/nowhere/at/all'], 'there is no such folder'],
    [['list', 'oss://archive', '--older'], "unknown option '--older'"],
  ])('%j says what to change, and sends nothing', async (args, sentence) => {
    await using on = await begin('oss');
    const { code, stdout, stderr } = await on.uploads(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(sentence);
    expect(on.emulator.requests.count('ListMultipartUploads')).toBe(0);
    expect(await on.json(...args)).toMatchObject({ error: expect.stringMatching(/^Invalid(Request|Config)$/) });
  });

  it('ends with 1 when the store refuses, or the bucket is not there', async () => {
    await using on = await begin('oss');
    on.emulator.model.deleteBucket('archive');
    const { code, stderr } = await on.uploads('list', on.place);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^objectferry: BucketNotFound: /);
  });
});

it('uploads is a command of the program', async () => {
  await using on = await begin('s3');
  on.stranger('key', 3);
  const env = { ...on.env, HOME: on.stateFolder };
  const { code, stdout } = await objectferry(['uploads', 'list', on.place, '--stores', on.stores], { env });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^AGE +PARTS +BYTES +WHOSE +KEY +UPLOAD ID\n3h +0 +0 B +unknown +key /);
});
