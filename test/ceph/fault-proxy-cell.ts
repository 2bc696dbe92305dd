import { setImmediate as turn } from 'node:timers/promises';
import { messageOf } from '@objectferry/shared/cause.ts';
import type { HttpRequest, Transport } from '@objectferry/shared/http/transport.ts';
import { createTransport } from '@objectferry/shared/http/undici-transport.ts';
import type { ObjectStore } from '@objectferry/shared/provider/provider.ts';
import { parseStores } from '@objectferry/shared/stores.ts';
import { createProcessRuntime } from '#functions/process-runtime.ts';
import { runCopy } from '#infra/local/local-copy.ts';
import type { Target as Store } from '../conformance/harness.ts';
import { type FaultHit, seededRandom, type Target } from '../emulators/faults.ts';
import type { Cell } from '../faults/cell.ts';
import type { Bytes } from '../faults/fault.ts';
import { isAt, type Position, positionAt } from '../faults/position.ts';
import { FAULT_PROVIDERS } from '../faults/provider.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import type { Buckets, Change, Place } from './fault-proxy-changes.ts';

const STORE = 'ceph';

/** The real store behind the proxy, and an object in it. */
export interface Behind {
  /** The store past the proxy. */
  readonly store: Store;
  /** Somebody else's client: it does not go through the proxy. */
  readonly direct: ObjectStore;
  readonly buckets: Buckets;
  readonly partSizeMiB: number;
  readonly pinned: Buffer;
  readonly theirs: Buffer;
}

/** One cell against a real store. */
export interface CellRun {
  readonly cell: Cell;
  /** Where the cell copies from and to; nobody else uses them. */
  readonly source: Place;
  readonly destination: Place;
  readonly change: Change | undefined;
  readonly seed: number;
  readonly elsewhere: string;
}

/** What a cell showed. */
export interface CellOutcome {
  readonly result: string;
  readonly message: string;
  readonly orphans: number;
  readonly bytes: Bytes;
  readonly hits: number;
}

/** Runs a copy through the proxy under the cell's fault, and looks past the proxy at what it left. */
export async function runBehindProxy(behind: Behind, run: CellRun): Promise<CellOutcome> {
  const { cell, source, destination, seed } = run;
  const { spec } = cell;
  // Whatever the dialect, the proxy calls operations as Amazon does.
  const position = positionAt(cell.position, FAULT_PROVIDERS.s3);
  const bucket = position.bucket === 'destination' ? destination.bucket : source.bucket;
  let [passed, changes] = [0, 0];
  const before = async (target: Target): Promise<void> => {
    if (run.change === undefined || changes > 0 || !matches(position, bucket, target)) return;
    passed += 1;
    if (passed <= position.after) return;
    changes += 1;
    await run.change({ ...behind, source, destination });
  };
  await using proxy = await startFaultProxy(String(behind.store.store['endpoint']), before);
  plan(proxy, position, bucket, run);
  const transport = createTransport({ connectionsPerOrigin: 8 });
  const hurry = spec.timeoutMs;
  const runtime = createProcessRuntime({
    stores: parseStores({
      stores: { [STORE]: { ...behind.store.store, endpoint: proxy.endpoint, buckets: ['*'] } },
    }),
    transport: hurry === undefined ? transport : hurried(transport, hurry, position, `/${bucket}/`),
    env: behind.store.env,
    readSecret: async () => '',
    observe: () => undefined,
  });
  const sleep = async (_: number, signal?: AbortSignal): Promise<void> => {
    signal?.throwIfAborted();
    await turn();
  };
  const options = { maxInFlight: 1, ...(position.whole ? {} : { partSizeMiB: behind.partSizeMiB }), ...spec.options };
  try {
    const end = await runCopy({
      request: { source: { store: STORE, ...source }, destination: { store: STORE, ...destination }, options },
      runtime: { ...runtime, random: seededRandom(seed), clock: { ...runtime.clock, sleep } },
      retryIntervalMs: 1,
    });
    return {
      result: end.status === 'FAILED' ? end.error : 'ok',
      message: end.status === 'FAILED' ? messageOf(end.cause) : '',
      orphans: await orphansIn(behind.direct, destination),
      bytes: await bytesIn(behind, destination),
      hits: run.change === undefined ? hitsOf(proxy.faults.log, position, run) : changes,
    };
  } finally {
    await transport.close();
  }
}

function matches({ operation, partNumber, bucket: named }: Position, bucket: string, target: Target): boolean {
  return (
    target.operation === operation &&
    (named === undefined || target.bucket === bucket) &&
    (partNumber === undefined || target.partNumber === partNumber)
  );
}

function plan({ faults }: FaultProxy, position: Position, bucket: string, { cell, seed, elsewhere }: CellRun): void {
  const { spec, provider } = cell;
  const { operation, partNumber, after } = position;
  const { injection, times = 1 } = spec;
  const own =
    injection.kind === 'change'
      ? []
      : [
          {
            operation,
            ...(position.bucket === undefined ? {} : { bucket }),
            ...(partNumber === undefined ? {} : { partNumbers: [partNumber] }),
            ...(times === 'for ever' ? {} : { times }),
            after,
            fault: injection.fault({ provider: FAULT_PROVIDERS[provider], elsewhere }),
          },
        ];
  faults.setPlan({ seed, rules: [...position.before, ...own] });
}

function hitsOf(log: readonly FaultHit[], { operation }: Position, { cell: { spec, provider }, elsewhere }: CellRun) {
  if (spec.injection.kind === 'change') return 0;
  const { kind } = spec.injection.fault({ provider: FAULT_PROVIDERS[provider], elsewhere });
  return log.filter((hit) => hit.kind === kind && hit.operation === operation).length;
}

/** Open uploads of the destination, by the list and not by what anybody remembers. */
async function orphansIn(direct: ObjectStore, { bucket, key }: Place): Promise<number> {
  const page = await direct.listUploads({ bucket, prefix: key }).catch(unlessGone);
  return page?.uploads.length ?? 0;
}

async function bytesIn({ direct, pinned, theirs }: Behind, object: Place): Promise<Bytes> {
  const facts = await direct.head({ object }).catch(unlessGone);
  if (facts === undefined) return 'untouched';
  if (facts.size !== pinned.length) return 'wrong';
  const bytes = Buffer.from(await direct.getRange({ object, range: { offset: 0, length: facts.size } }));
  if (bytes.equals(pinned)) return 'right';
  return bytes.equals(theirs) ? 'untouched' : 'wrong';
}

function unlessGone(error: unknown): undefined {
  if (error instanceof Error && ['SourceNotFound', 'BucketNotFound'].includes(error.name)) return undefined;
  throw error;
}

/** Gives up the one request that the fault is for sooner than any person would wait; all others have their time. */
function hurried(transport: Transport, timeoutMs: number, position: Position, path: string): Transport {
  let seen = 0;
  return (request: HttpRequest) => {
    if (!isAt(position, request, path)) return transport(request);
    seen += 1;
    return transport(seen === position.after + 1 ? { ...request, timeoutMs } : request);
  };
}
