import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { FaultRule } from '../emulators/fault-plan.ts';
import { type Serving, startServing } from './serve-process.ts';

const MIB = 1024 * 1024;
const slowParts: FaultRule = { operation: 'UploadPartCopy', fault: { kind: 'latency', ms: 50 } };
const copy = ['copy', 'oss://raw/key', 'oss://archive/copy', '--part-size-mib', '1'];

/** A server with a copy of so many parts that is in the middle of them. */
async function inTheMiddle(
  parts: number,
  rules: readonly FaultRule[] = [slowParts],
): Promise<Serving & { readonly id: string }> {
  const serving = await startServing({ faults: { seed: 1, rules } });
  serving.oss.model.putVirtualObject('raw', 'key', parts * MIB);
  const { stdout } = await serving.cli(...copy, '--detach');
  await expect.poll(() => serving.oss.requests.count('UploadPartCopy'), { timeout: 20_000 }).toBeGreaterThan(8);
  return { ...serving, id: stdout.trim() };
}

it('a server that is killed in mid-copy: the next one ends the copy, and leaves every other upload alone', async () => {
  await using serving = await inTheMiddle(60);
  const { oss, id } = serving;
  const foreign = oss.model.createUpload('archive', 'copy', { initiator: 'somebody else' });
  serving.process.kill('SIGKILL');
  await serving.process.ended;
  expect(oss.model.openUploads('archive')).toHaveLength(2);
  const next = await serving.again();
  await expect
    .poll(async () => (await next.cli('status', id)).stdout, { timeout: 30_000 })
    .toMatch(/^api-\w+ succeeded\n/);
  expect(oss.model.openUploads('archive').map(({ uploadId }) => uploadId)).toEqual([foreign.uploadId]);
  expect(oss.model.getObject('archive', 'copy')?.content.crc64()).toBe(
    oss.model.getObject('raw', 'key')?.content.crc64(),
  );
  // The parts that were there are not copied again, and there was one upload.
  expect(oss.requests.count('UploadPartCopy')).toBeLessThan(60 + 10);
  expect(oss.requests.count('InitiateMultipartUpload')).toBe(1);
  next.process.kill('SIGKILL');
});

it('a server that finds its port taken does not touch what a crash has left', async () => {
  await using serving = await inTheMiddle(60);
  const { oss } = serving;
  serving.process.kill('SIGKILL');
  await serving.process.ended;
  const aborts = oss.requests.count('AbortMultipartUpload');
  await expect(serving.again('--port', new URL(oss.endpoint).port)).rejects.toThrow(
    /is in use: choose another with --port/,
  );
  expect(oss.requests.count('AbortMultipartUpload')).toBe(aborts);
  const next = await serving.again();
  await expect
    .poll(async () => (await next.cli('status', serving.id)).stdout, { timeout: 30_000 })
    .toMatch(/^api-\w+ succeeded\n/);
  next.process.kill('SIGKILL');
});

it('a server that is told to end stops its copies, aborts their uploads, and ends', async () => {
  await using serving = await inTheMiddle(400);
  serving.process.kill('SIGINT');
  const { code, stderr } = await serving.process.ended;
  expect(code).toBe(130);
  expect(stderr).toBe('Stopping and cleaning up (press Ctrl-C again to leave at once).\n');
  expect(serving.oss.model.openUploads('archive')).toEqual([]);
  const next = await serving.again();
  const { stdout } = await next.cli('status', serving.id);
  expect(stdout).toMatch(/^api-\w+ stopped\n/);
  expect(stdout).toContain('Stopped: The server was ended.');
  next.process.kill('SIGKILL');
});

it('at the second Ctrl-C it leaves at once, and the next one cleans up or goes on', async () => {
  const slowAbort: FaultRule = { operation: 'AbortMultipartUpload', times: 1, fault: { kind: 'latency', ms: 60_000 } };
  await using serving = await inTheMiddle(60, [slowParts, slowAbort]);
  serving.process.kill('SIGINT');
  await setTimeout(700);
  const started = performance.now();
  serving.process.kill('SIGINT');
  const { code, stderr } = await serving.process.ended;
  expect(performance.now() - started).toBeLessThan(3000);
  expect(code).toBe(130);
  expect(stderr).toContain('Left at once: the next serve goes on with the copies that were running.\n');
  const next = await serving.again();
  await expect
    .poll(async () => (await next.cli('status', serving.id)).stdout, { timeout: 30_000 })
    .not.toMatch(/ running\n/);
  expect(serving.oss.model.openUploads('archive')).toEqual([]);
  next.process.kill('SIGKILL');
});
