import { Receipt } from '@objectferry/shared/contract.ts';
import { parse } from '@objectferry/shared/schema.ts';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LAUNCHER, objectferry, type Running, start, temporaryFile } from './cli-process.ts';

/** A store that nobody has heard of: it speaks S3 with habits of its own. */
const HABITS = {
  conditionsIgnored: true,
  completeTwice: 'no-such-upload',
  rangeError: 416,
  checksums: false,
  etagQuoting: '',
  leadingBlanks: true,
  writeConditions: 'ignored',
  uploadTags: 'dropped',
  completeEtag: 'empty',
  minPartBytes: 8 * 1024 * 1024,
  maxParts: 30,
};

/** All that its support takes. */
const QUIRKS = `
    quirks:
      copyConditions: ignored
      forbidOverwrite: false
      checksums: false
      tags: false
      etagMayBeAbsent: true
      minPartBytes: 8388608
      maxParts: 30
`;

const Served = v.object({
  emulators: v.array(v.object({ provider: v.string(), region: v.string(), endpoint: v.string() })),
  environment: v.record(v.string(), v.string()),
});

describe('a fifth store is configuration', () => {
  let emulators: Running;
  let env: Readonly<Record<string, string>> = {};
  let described = '';
  beforeAll(async () => {
    emulators = start(LAUNCHER, ['emulators', '--json', '--s3-quirks', JSON.stringify(HABITS)]);
    const served = parse(Served, JSON.parse(await emulators.printed(/\n/)), 'The line');
    const s3 = served.emulators.find(({ provider }) => provider === 's3');
    env = served.environment;
    described = `
stores:
  attic:
    provider: s3
    region: ${s3?.region}
    endpoint: ${s3?.endpoint}
    addressing: path
    credentials: { env: S3 }
    buckets: [raw, archive]
`.trim();
  });
  afterAll(async () => {
    emulators.kill('SIGTERM');
    await emulators.ended;
  });

  const copy = async (stores: string, ...args: readonly string[]) => {
    const file = await temporaryFile('stores.yaml', stores);
    const places = ['attic://raw/sample.bin', 'attic://archive/copy'];
    return objectferry(['copy', ...places, '--stores', file, '--json', ...args], { env });
  };

  it('the same store described as if it were Amazon does not work', async () => {
    const { code, stderr } = await copy(described, '--part-size-mib', '5');
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/EntityTooSmall|InvalidArgument/);
  });

  it.each([
    ['by one request', [], { strategy: 'whole' }],
    ['in parts', ['--part-size-mib', '16'], { strategy: 'parts', partSize: 16 * 2 ** 20, partCount: 19 }],
  ])('it is copied in %s once YAML says what it is like', async (_, args, shape) => {
    const { code, stdout, stderr } = await copy(described + QUIRKS, ...args);
    expect([code, stderr]).toEqual([0, '']);
    const receipt = parse(Receipt, JSON.parse(stdout), 'The receipt');
    expect(receipt).toMatchObject({ size: 300 * 2 ** 20, ...shape });
    expect(receipt.checks).toContainEqual(expect.objectContaining({ name: 'size', result: 'equal' }));
    expect(receipt.checks.filter(({ result }) => result === 'different')).toEqual([]);
  });

  it('a part size that it does not have is refused before anything is sent', async () => {
    const { code, stderr } = await copy(described + QUIRKS, '--part-size-mib', '5');
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/8/);
    expect(stderr).not.toContain('EntityTooSmall');
  });
});
