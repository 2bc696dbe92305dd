import { setImmediate as turn } from 'node:timers/promises';
import type { HttpRequest, Transport } from '@objectferry/shared/http/transport.ts';
import { createTransport } from '@objectferry/shared/http/undici-transport.ts';
import type { Clock, CopyEvent, ProcessRuntime } from '@objectferry/shared/runtime.ts';
import { openStores, parseStores } from '@objectferry/shared/stores.ts';
import { createProcessRuntime } from '#functions/process-runtime.ts';
import { credentialSource, keepSecrets } from '#functions/secrets.ts';
import type { TemporaryAccount } from '../emulators/account.ts';
import { storeFor } from '../emulators/catalogue.ts';
import type { FaultRule } from '../emulators/fault-plan.ts';
import { type FaultHit, seededRandom, type Target } from '../emulators/faults.ts';
import type { StoredVersion } from '../emulators/object-types.ts';
import type { Bytes, FaultSpec, FaultWorld } from './fault.ts';
import { FIRST_KEYS } from './keys.ts';
import { isAt, PART_COUNT, type Position } from './position.ts';
import type { FaultProvider, ProviderName } from './provider.ts';

const MIB = 2 ** 20;
const KEY = 'films/a.mov';
const COPY = 'films/copy.mov';
const SECRET = 'objectferry/faults';

/** Everything that a cell needs. */
export interface CellWorld extends AsyncDisposable {
  readonly runtime: ProcessRuntime;
  readonly request: { readonly source: string; readonly destination: string; readonly options: object };
  /** Milliseconds that the handlers wanted to wait. */
  readonly waitedMs: () => number;
  readonly retries: () => number;
  readonly requests: () => number;
  /** How often the fault happened. */
  readonly hits: () => number;
  /** Open uploads in all buckets. */
  readonly openUploads: () => number;
  readonly bytes: () => Bytes;
}

/** What a cell's world is made for. */
export interface CellSetting {
  readonly name: ProviderName;
  readonly provider: FaultProvider;
  readonly spec: FaultSpec;
  readonly position: Position;
  readonly seed: number;
  readonly elsewhere: string;
}

/** Starts an emulator with a source, and the machine before it; the copy has yet to run. */
export async function startCellWorld(setting: CellSetting): Promise<CellWorld> {
  const { name, provider, spec, position, seed, elsewhere } = setting;
  const { emulated } = provider;
  const [from, to] = emulated.buckets;
  const first: TemporaryAccount = spec.session ? { ...FIRST_KEYS, sessionToken: 'token-1' } : FIRST_KEYS;
  const accounts = [first];
  let [stored, aheadMs, waited, retries, changes] = [JSON.stringify(first), 0, 0, 0, 0];
  let theirs: StoredVersion | undefined;
  // Waits pass at once, for the provider as for us.
  const nowMs = (): number => Date.now() + waited;
  const isDue = changesDue(setting);
  const emulator = await provider.start({
    accounts,
    buckets: [from, to].map((bucket) => ({ name: bucket, versioning: spec.versioned ? 'enabled' : 'never' })),
    clock: () => new Date(nowMs() + aheadMs),
    onArrival: (target) => {
      if (spec.injection.kind !== 'change' || !isDue(target)) return;
      changes += 1;
      spec.injection.change(faults);
    },
  });
  const size = PART_COUNT * emulated.partSizeMiB * MIB - 7;
  const pinned = emulator.model.putVirtualObject(from, KEY, size, 1, {
    contentHeaders: { 'content-type': 'video/quicktime' },
    userMetadata: { camera: 'a' },
    ...(provider.tags ? { tags: [['reel', '7']] } : {}),
  });
  const faults: FaultWorld = {
    provider,
    emulator,
    source: { bucket: from, key: KEY },
    destination: { bucket: to, key: COPY },
    setKeys: (account, secret) => {
      accounts.splice(0, accounts.length, account);
      if (secret !== undefined) stored = JSON.stringify(secret);
    },
    setClockAheadMs: (ms) => {
      aheadMs = ms;
    },
    writeDestination: () => {
      theirs = emulator.model.putVirtualObject(to, COPY, size, 99);
    },
    elsewhere,
  };
  const rules = rulesOf(setting, faults);
  emulator.faults.setPlan({ seed, rules: [...position.before, ...rules] });
  const transport = createTransport({ connectionsPerOrigin: 8 });
  const stores = parseStores({
    stores: { [name]: { ...storeFor(name, emulated, emulator), credentials: { secret: SECRET } } },
  });
  const parts = {
    stores,
    transport: hurried(transport, setting),
    env: {},
    readSecret: keepSecrets(async () => stored, nowMs),
    observe: (event: CopyEvent) => {
      if (event.type === 'retry' && event.settled !== true) retries += 1;
    },
  };
  const sleep = async (ms: number, signal?: AbortSignal): Promise<void> => {
    signal?.throwIfAborted();
    waited += ms;
    await turn();
  };
  const clock: Clock = { now: () => new Date(nowMs()), sleep };
  return {
    runtime: {
      ...createProcessRuntime(parts),
      stores: openStores(stores, {
        transport: parts.transport,
        now: clock.now,
        credentials: (config, store) => credentialSource(config, store, parts),
      }),
      clock,
      random: seededRandom(seed),
    },
    request: {
      source: `${name}://${from}/${KEY}`,
      destination: `${name}://${to}/${COPY}`,
      options: { maxInFlight: 1, ...(position.whole ? {} : { partSizeMiB: emulated.partSizeMiB }), ...spec.options },
    },
    waitedMs: () => waited,
    retries: () => retries,
    requests: () => emulator.requests.count(),
    hits: () => changes + rules.reduce((sum, { fault }) => sum + hitsOf(emulator.faults.log, fault.kind, position), 0),
    openUploads: () =>
      emulator.model.buckets().reduce((sum, { name: open }) => sum + emulator.model.openUploads(open).length, 0),
    bytes: () => bytesOf(emulator.model.getObject(to, COPY), pinned, theirs),
    [Symbol.asyncDispose]: async () => {
      await transport.close();
      await emulator.close();
    },
  };
}

/** Tells which requests the world changes at. */
function changesDue({ provider, spec, position }: CellSetting): (target: Target) => boolean {
  const { operation, partNumber, after } = position;
  const bucket = bucketOf(position, provider.emulated.buckets);
  const most = timesOf(spec);
  let seen = 0;
  return (target) => {
    const isHere = position.bucket === undefined || target.bucket === bucket;
    const isPart = partNumber === undefined || target.partNumber === partNumber;
    if (target.operation !== operation || !isHere || !isPart) return false;
    seen += 1;
    return seen > after && seen <= after + most;
  };
}

/** The plan's rule for a fault that is an answer. */
function rulesOf({ provider, spec, position }: CellSetting, faults: FaultWorld): FaultRule[] {
  if (spec.injection.kind !== 'answer') return [];
  const { operation, partNumber, after } = position;
  const times = timesOf(spec);
  return [
    {
      operation,
      ...(position.bucket === undefined ? {} : { bucket: bucketOf(position, provider.emulated.buckets) }),
      ...(partNumber === undefined ? {} : { partNumbers: [partNumber] }),
      ...(after === 0 ? {} : { after }),
      ...(times === Number.POSITIVE_INFINITY ? {} : { times }),
      fault: spec.injection.fault(faults),
    },
  ];
}

function timesOf({ times = 1 }: FaultSpec): number {
  return times === 'for ever' ? Number.POSITIVE_INFINITY : times;
}

function hitsOf(log: readonly FaultHit[], kind: FaultHit['kind'], { operation }: Position): number {
  return log.filter((hit) => hit.kind === kind && hit.operation === operation).length;
}

function bucketOf({ bucket }: Position, [from, to]: readonly [string, string]): string {
  return bucket === 'destination' ? to : from;
}

/** Virtual contents are references, which are equal exactly where the bytes are. */
function bytesOf(copy: StoredVersion | undefined, pinned: StoredVersion, theirs: StoredVersion | undefined): Bytes {
  if (copy === undefined) return 'untouched';
  if (sameBytes(copy, pinned)) return 'right';
  return theirs !== undefined && sameBytes(copy, theirs) ? 'untouched' : 'wrong';
}

function sameBytes(a: StoredVersion, b: StoredVersion): boolean {
  return a.content.size === b.content.size && a.content.md5().equals(b.content.md5());
}

/** Gives up the one request that the fault is for sooner than any person would wait; all others have their time. */
function hurried(transport: Transport, { provider, spec: { timeoutMs }, position }: CellSetting): Transport {
  if (timeoutMs === undefined) return transport;
  const path = `/${bucketOf(position, provider.emulated.buckets)}/`;
  let seen = 0;
  return (request: HttpRequest) => {
    if (!isAt(position, request, path)) return transport(request);
    seen += 1;
    return transport(seen === position.after + 1 ? { ...request, timeoutMs } : request);
  };
}
