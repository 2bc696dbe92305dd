import { openUpload } from '@objectferry/shared/copy/upload.ts';
import { halvesOf, wholeOf } from '@objectferry/shared/copy/wire-parts.ts';
import { STATES } from '@objectferry/shared/naming.ts';
import { describe, expect, it } from 'vitest';
import { receiptLines } from '#infra/local/cli/report.ts';
import { lookAt } from '#infra/local/journal/look.ts';
import type { FaultRule } from '../emulators/fault-plan.ts';
import { splitWorld } from '../split-world.ts';

const WHOLES = [1, 4, 7];
const SPLITTING = [
  ['oss', {}],
  ['obs', {}],
  ['s3', { quirks: { sparePartNumbers: true, checksums: false } }],
] as const;

/** Requests for these part numbers get no answer; with `body` their work is done all the same. */
function stall(partNumbers: readonly number[], where: 'before' | 'body' = 'before', times = 100): FaultRule {
  return {
    operation: 'UploadPartCopy',
    partNumbers,
    timesPerPart: times,
    fault: { kind: 'stall', ms: 1, where },
  };
}

describe.each(SPLITTING)('on %s a part that times out', (name, more) => {
  it('is copied in two halves, and the object is the source', async () => {
    const world = splitWorld(name, { ...more, rules: [stall(WHOLES)] });
    const receipt = await world.copied();
    expect(receipt).toMatchObject({ strategy: 'parts', partCount: 3, splitParts: 3, adopted: 0, retries: 6 });
    expect(receiptLines(receipt).join('\n')).toContain('in 1 span; 3 of them in halves, after they had timed out');
    expect(world.partNumbers()).toEqual([1, 1, 2, 3, 4, 4, 5, 6, 7, 7, 8, 9]);
    world.expectSameBytes();
  });

  it('is copied whole when it timed out only once', async () => {
    const world = splitWorld(name, { ...more, rules: [stall(WHOLES, 'before', 1)] });
    const receipt = await world.copied();
    expect(receipt).toMatchObject({ partCount: 3, retries: 3 });
    expect(receipt).not.toHaveProperty('splitParts');
    expect(world.partNumbers()).toEqual([1, 1, 4, 4, 7, 7]);
    world.expectSameBytes();
  });

  it('leaves its halves alone when it lands before them', async () => {
    const world = splitWorld(name, { ...more, rules: [stall([4], 'body')] });
    expect(await world.copied()).toMatchObject({ partCount: 3, splitParts: 1 });
    expect(world.partNumbers()).toEqual([1, 4, 4, 5, 6, 7]);
    world.expectSameBytes();
  });

  it('leaves its halves alone when it lands after them', async () => {
    const world = splitWorld(name, { ...more, rules: [stall(WHOLES)] });
    const copy = await world.begin();
    const report = await world.span(copy);
    world.emulator.faults.setPlan({ seed: 1, rules: [] });
    await world.land(copy, [wholeOf(copy, 1), wholeOf(copy, 3)]);
    expect(await world.end(copy, report)).toMatchObject({ strategy: 'finished', receipt: { splitParts: 3 } });
    world.expectSameBytes();
  });

  it('stays whole when its halves land after it was adopted', async () => {
    const world = splitWorld(name, more);
    const copy = await world.begin();
    await world.land(copy, [wholeOf(copy, 2)]);
    const report = await world.span(copy);
    expect(report).toMatchObject({ copied: 2, adopted: 1 });
    await world.land(copy, halvesOf(copy, 2));
    const step = await world.end(copy, report);
    expect(step).toMatchObject({ strategy: 'finished' });
    expect(step).not.toHaveProperty('receipt.splitParts');
    world.expectSameBytes();
  });

  it('is adopted in its halves, and one of them is enough to know that it needs the other', async () => {
    const world = splitWorld(name, { ...more, rules: [stall([1, 4])] });
    const copy = await world.begin();
    await world.land(copy, [...halvesOf(copy, 1), ...halvesOf(copy, 2).slice(1)]);
    const landed = world.partNumbers();
    const report = await world.span(copy);
    expect(report).toMatchObject({ copied: 2, adopted: 1, bytes: copy.size, retries: 0, rest: null });
    expect([...landed, ...[5, 7]].sort()).toEqual(world.partNumbers());
    expect(await world.span(copy)).toMatchObject({ copied: 0, adopted: 3, digest: report.digest });
    expect(await lookAt(world.runtime, { state: STATES.copyParts, copy })).toEqual({ goesOn: true, parts: [1, 2, 3] });
    expect(await world.end(copy, report)).toMatchObject({ strategy: 'finished', receipt: { splitParts: 2 } });
    world.expectSameBytes();
  });

  it('is copied again when the provider holds another size of one half', async () => {
    const short: FaultRule = {
      operation: 'UploadPartCopy',
      partNumbers: [2],
      times: 1,
      fault: { kind: 'wrong-size', bytes: 1 },
    };
    const world = splitWorld(name, { ...more, rules: [short, stall([1])] });
    expect(await world.copied()).toMatchObject({ partCount: 3, splitParts: 1, adopted: 0 });
    expect(world.partNumbers()).toEqual([1, 1, 2, 2, 3, 4, 7]);
    world.expectSameBytes();
  });
});

describe('parts keep their own numbers', () => {
  it('because Amazon refuses gaps in an upload with a checksum', async () => {
    const world = splitWorld('s3', { quirks: { sparePartNumbers: true } });
    const copy = await world.begin();
    expect(copy).not.toHaveProperty('numbersPerPart');
    await world.land(copy, [wholeOf(copy, 1), wholeOf(copy, 3)]);
    const { client, upload } = openUpload(world.runtime, copy);
    const { parts } = await client.listParts({ upload });
    await expect(client.completeUpload({ upload, parts, overwrite: true })).rejects.toMatchObject({
      facts: { code: 'InvalidPartOrder' },
    });
  });

  it.each([
    ['QingStor, which documents no highest number', 'qingstor', {}, [0, 1, 2]],
    ['an S3 store that does not say what becomes of the others', 's3', {}, [1, 2, 3]],
    ['an S3 copy with a checksum, which needs them all', 's3', { quirks: { sparePartNumbers: true } }, [1, 2, 3]],
    ['parts that are too small to time out for their size', 'oss', { partSizeMiB: 127 }, [1, 2, 3]],
  ] as const)('on %s', async (_, name, more, numbers) => {
    const rules: FaultRule[] = [
      { operation: 'UploadPartCopy', timesPerPart: 2, fault: { kind: 'stall', ms: 1, where: 'before' } },
    ];
    const world = splitWorld(name, { ...more, rules });
    const receipt = await world.copied();
    expect(receipt).toMatchObject({ partCount: 3, retries: 6 });
    expect(receipt).not.toHaveProperty('splitParts');
    expect(world.partNumbers()).toEqual(numbers.flatMap((number) => [number, number, number]));
    world.expectSameBytes();
  });
});
