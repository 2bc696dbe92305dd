import { setImmediate } from 'node:timers/promises';
import { type PinnedCopy, Receipt, type Step } from '@objectferry/shared/contract.ts';
import { complete } from '@objectferry/shared/copy/complete.ts';
import { copySpan } from '@objectferry/shared/copy/copy-span.ts';
import { initiate } from '@objectferry/shared/copy/initiate.ts';
import { EMPTY_PROGRESS } from '@objectferry/shared/copy/progress.ts';
import { openUpload } from '@objectferry/shared/copy/upload.ts';
import type { Piece } from '@objectferry/shared/copy/wire-parts.ts';
import { Credentials } from '@objectferry/shared/credentials.ts';
import { CopyError } from '@objectferry/shared/errors.ts';
import type { HttpAnswer, HttpRequest } from '@objectferry/shared/http/transport.ts';
import type { CopyEvent, Runtime } from '@objectferry/shared/runtime.ts';
import { parse } from '@objectferry/shared/schema.ts';
import { openStores, parseStores } from '@objectferry/shared/stores.ts';
import { expect } from 'vitest';
import { runCopy } from '#infra/local/local-copy.ts';
import type { Account } from './emulators/account.ts';
import { EMULATED } from './emulators/catalogue.ts';
import type { FaultRule } from './emulators/fault-plan.ts';
import { seededRandom } from './emulators/faults.ts';
import type { InProcessEmulator, InProcessOptions } from './emulators/in-process.ts';
import { createObsEmulator } from './emulators/obs/emulator.ts';
import { createOssEmulator } from './emulators/oss/emulator.ts';
import { createQingstorEmulator } from './emulators/qingstor/emulator.ts';
import { createS3Emulator } from './emulators/s3/emulator.ts';

const MIB = 2 ** 20;
const CREATE: Readonly<
  Record<string, (options: Omit<InProcessOptions<never, never>, 'accounts' | 'quirks'>) => InProcessEmulator<Account>>
> = {
  oss: createOssEmulator,
  obs: createObsEmulator,
  qingstor: createQingstorEmulator,
  s3: createS3Emulator,
};

interface SplitOptions {
  readonly rules?: readonly FaultRule[];
  /** MiB of a part. */
  readonly partSizeMiB?: number;
  /** Of the store. */
  readonly quirks?: object;
}

/**
 * A provider without sockets, on which what stalls times out at once: two full parts and one of 100 MiB, which cost no
 * memory. The machine and its handlers are the real ones.
 */
export function splitWorld(name: string, { rules = [], partSizeMiB = 128, quirks }: SplitOptions = {}) {
  const provider = EMULATED[name];
  const create = CREATE[name];
  if (provider === undefined || create === undefined) return expect.fail(`${name} is not emulated`);
  const [from, to] = provider.buckets;
  const emulator = create({ buckets: [...provider.buckets], faults: { seed: 1, rules } });
  const size = (2 * partSizeMiB + 100) * MIB;
  const source = emulator.model.putVirtualObject(from, 'key', size);
  const requests: string[] = [];
  const events: CopyEvent[] = [];
  let id = 0;
  const transport = async (request: HttpRequest): Promise<HttpAnswer> => {
    await setImmediate();
    id += 1;
    const { method, target, headers, body = [] } = request;
    requests.push(`${method} ${target}`);
    const host = new URL(request.origin).host;
    const answer = emulator.respond({
      id,
      method,
      target,
      headers: new Map([...Object.entries(headers), ['host', host]]),
      body: Buffer.from(body),
    });
    if (answer.delivery !== undefined) throw new CopyError('Timeout', `No answer within ${request.timeoutMs} ms.`);
    return { ...answer, body: Buffer.from(typeof answer.body === 'string' ? answer.body : '') };
  };
  const fields = { provider: name, region: emulator.region, endpoint: 'http://127.0.0.1:1', addressing: 'path' };
  const more = { ...provider.storeFields, ...(quirks && { quirks }), credentials: { env: 'X' }, buckets: [from, to] };
  const runtime: Runtime = {
    stores: openStores(parseStores({ stores: { [name]: { ...fields, ...more } } }), {
      transport,
      now: () => new Date(),
      credentials: () => async () => new Credentials(emulator.accounts[0] ?? expect.fail('no account')),
    }),
    clock: { now: () => new Date(), sleep: async () => undefined },
    random: seededRandom(1),
    newToken: () => 'token',
    customerKey: () => Promise.reject(new Error('There is none.')),
    observe: (event) => events.push(event),
    remainingMs: () => 900_000,
  };
  const request = { source: `${name}://${from}/key`, destination: `${name}://${to}/copy`, options: { partSizeMiB } };
  return {
    emulator,
    events,
    runtime,
    /** Part numbers as they went over the wire, ascending. */
    partNumbers: () =>
      requests
        .flatMap((line) => /^PUT.*[?&]part_?[nN]umber=(\d+)/.exec(line)?.[1] ?? [])
        .map(Number)
        .sort((a, b) => a - b),
    /** Through the whole machine. */
    copied: async (): Promise<Receipt> => {
      const result = await runCopy({ request, runtime, retryIntervalMs: 1 });
      if (result.status === 'FAILED') return expect.fail(`the copy failed: ${result.error}: ${result.cause}`);
      return parse(Receipt, result.output, 'The receipt');
    },
    begin: async (): Promise<PinnedCopy> => {
      const step = await initiate(runtime, { request, startedAt: new Date().toISOString() });
      return step.strategy === 'parts' ? step.copy : expect.fail(`it is copied by ${step.strategy}`);
    },
    span: (copy: PinnedCopy) => copySpan(runtime, { copy, span: { first: 1, count: copy.partCount } }),
    end: (copy: PinnedCopy, report: Awaited<ReturnType<typeof copySpan>>): Promise<Step> =>
      complete(runtime, { copy, reports: [report], done: EMPTY_PROGRESS }),
    /** What a request that was given up does at last. */
    land: async (copy: PinnedCopy, pieces: readonly Piece[]): Promise<void> => {
      const { client, upload } = openUpload(runtime, copy);
      for (const { partNumber, range } of pieces) {
        await client.uploadPartCopy({ upload, partNumber, source: { bucket: from, key: 'key' }, range });
      }
    },
    expectSameBytes: (): void => {
      const written = emulator.model.getObject(to, 'copy')?.content;
      // Virtual bytes have no MD5 but that of where they come from: equal for equal bytes in equal order.
      expect([written?.size, written?.md5().toString('hex')]).toEqual([size, source.content.md5().toString('hex')]);
      expect(emulator.model.openUploads(to)).toEqual([]);
    },
  };
}
