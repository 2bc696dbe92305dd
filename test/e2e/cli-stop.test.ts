import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { FaultRule } from '../emulators/fault-plan.ts';
import { demoOssAccount, type OssEmulator, startOssEmulator } from '../emulators/oss/emulator.ts';
import { LAUNCHER, oldNode, type Running, type StartOptions, start } from './cli-process.ts';
import { jsonStores, keysOf, storeAt } from './cli-stores.ts';

const MIB = 1024 * 1024;
const old = await oldNode();
const slowParts: FaultRule = { operation: 'UploadPartCopy', fault: { kind: 'latency', ms: 100 } };
const slowAbort: FaultRule = { operation: 'AbortMultipartUpload', fault: { kind: 'latency', ms: 60_000 } };

/** A copy of 400 parts that has begun, and the emulator it runs against. */
interface Begun extends AsyncDisposable {
  readonly oss: OssEmulator;
  readonly copy: Running;
  /** Resolves when the emulator is asked to abort the upload. */
  readonly aborting: Promise<void>;
}

async function begin(
  flags: readonly string[] = [],
  options: StartOptions = {},
  rules: readonly FaultRule[] = [slowParts],
): Promise<Begun> {
  const begun = Promise.withResolvers<void>();
  const aborting = Promise.withResolvers<void>();
  const oss = await startOssEmulator({
    buckets: ['raw', 'archive'],
    faults: { seed: 1, rules },
    onRequest: ({ operation, partNumber }) => {
      if (operation === 'UploadPartCopy' && partNumber === 9) begun.resolve();
      if (operation === 'AbortMultipartUpload') aborting.resolve();
    },
  });
  oss.model.putVirtualObject('raw', 'key', 400 * MIB);
  const stores = await jsonStores(storeAt(oss.endpoint));
  const copy = start(
    LAUNCHER,
    [
      'copy',
      'oss://raw/key',
      'oss://archive/copy',
      '--stores',
      stores,
      '--part-size-mib',
      '1',
      '--max-in-flight',
      '4',
      ...flags,
    ],
    { env: keysOf(demoOssAccount), ...options },
  );
  const ended = copy.ended.then(({ stderr }) => expect.fail(`the copy ended before it was stopped: ${stderr}`));
  await Promise.race([begun.promise, ended]);
  return {
    oss,
    copy,
    aborting: aborting.promise,
    [Symbol.asyncDispose]: async () => {
      copy.kill('SIGKILL');
      await oss.close();
    },
  };
}

/** Requires that a copy ends soon as one that was stopped, and leaves no upload open. */
async function expectCleanStop({ oss, copy }: Begun) {
  const started = performance.now();
  const ended = await copy.ended;
  expect(performance.now() - started).toBeLessThan(5000);
  expect(ended.code).toBe(130);
  expect(ended.stderr).toContain('Stopping and cleaning up (press Ctrl-C again to leave at once).\n');
  expect(ended.stderr).toMatch(/objectferry: Stopped: The copy was stopped before it was finished\.\n$/);
  expect(oss.model.openUploads('archive')).toEqual([]);
  expect(oss.model.getObject('archive', 'copy')).toBeUndefined();
  return ended;
}

describe.concurrent('a copy that is asked to stop', () => {
  it.each(['SIGINT', 'SIGHUP'] as const)('aborts its upload on %s and says so', async (signal) => {
    await using begun = await begin();
    begun.copy.kill(signal);
    const { stdout, stderr } = await expectCleanStop(begun);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/% {2}\d+\/400 parts .* stopped\n/);
  });

  it('does the same on SIGTERM, and prints the error document with --json', async () => {
    await using begun = await begin(['--json']);
    begun.copy.kill('SIGTERM');
    const { stdout } = await expectCleanStop(begun);
    expect(JSON.parse(stdout)).toMatchObject({ error: 'Stopped' });
  });

  it('leaves at once at the second Ctrl-C', async () => {
    await using begun = await begin([], {}, [slowParts, slowAbort]);
    begun.copy.kill('SIGINT');
    await begun.aborting;
    await setTimeout(600);
    const started = performance.now();
    begun.copy.kill('SIGINT');
    const { code, stderr } = await begun.copy.ended;
    expect(performance.now() - started).toBeLessThan(3000);
    expect(code).toBe(130);
    expect(stderr).toMatch(
      /Stopped at once: the upload may still be open at the provider\. The same command cleans up before it copies\.\n$/,
    );
  });
});

describe.runIf(old !== undefined)('a copy that was handed over by an older Node', () => {
  const options = old === undefined ? {} : { node: old };

  it('stops cleanly when the terminal sends Ctrl-C to both', async () => {
    await using begun = await begin([], options);
    begun.copy.killGroup('SIGINT');
    await expectCleanStop(begun);
  });

  it('stops cleanly when only the launcher is told to', async () => {
    await using begun = await begin([], options);
    begun.copy.kill('SIGTERM');
    await expectCleanStop(begun);
  });
});
