import type { Fault } from '../emulators/fault-plan.ts';
import { FAMILIES } from './catalogue.ts';
import { cellsOf, runCell } from './cell.ts';
import { FIRST_KEYS } from './keys.ts';
import { copyWithAliOss } from './peers/ali-oss.ts';
import { copyWithAwsSdk } from './peers/aws-sdk.ts';
import { copyWithObsSdk } from './peers/esdk-obs.ts';
import type { Peer } from './peers/peer.ts';
import { FAULT_PROVIDERS, type ProviderName } from './provider.ts';
import { aligned } from './text.ts';

const MIB = 2 ** 20;
/** None of these faults redirects. */
const NOWHERE = 'http://127.0.0.1:9/';
const HIT_PART = 2;
const PARTS = 4;
const KEY = 'films/a.mov';
const COPY = 'films/copy.mov';

const PEERS: readonly { readonly provider: ProviderName; readonly name: string; readonly copy: Peer }[] = [
  { provider: 'oss', name: 'ali-oss', copy: copyWithAliOss },
  { provider: 'obs', name: 'esdk-obs-nodejs, sample loop', copy: copyWithObsSdk },
  { provider: 's3', name: 'AWS SDK v3, plain loop', copy: copyWithAwsSdk },
];

interface PeerFault {
  readonly title: string;
  /** The same in our own table. */
  readonly ours: string;
  readonly fault: Fault | 'overwrite';
  readonly times?: number;
}

/** Each on the middle part. */
const FAULTS: readonly PeerFault[] = [
  { title: '500 once', ours: '500', fault: { kind: 'status', status: 500, code: 'InternalError' }, times: 1 },
  { title: '503 SlowDown once', ours: '503', fault: { kind: 'status', status: 503, code: 'SlowDown' }, times: 1 },
  { title: 'connection reset once', ours: 'reset', fault: { kind: 'reset' }, times: 1 },
  { title: 'answer lost once', ours: 'lost-answer', fault: { kind: 'lost-answer' }, times: 1 },
  {
    title: '200 with an error document, once',
    ours: 'error-in-200',
    fault: { kind: 'error-in-200', code: 'InternalError' },
    times: 1,
  },
  { title: '200 without an ETag, once', ours: 'missing-etag', fault: { kind: 'missing-etag' }, times: 1 },
  { title: '200 with an empty body, once', ours: 'empty-body', fault: { kind: 'empty-body' }, times: 1 },
  { title: 'the whole object copied, once', ours: 'whole-object', fault: { kind: 'whole-object' }, times: 1 },
  { title: 'a part 3 bytes short, once', ours: 'wrong-size', fault: { kind: 'wrong-size', bytes: 3 }, times: 1 },
  { title: 'source overwritten at that part', ours: 'source-overwritten', fault: 'overwrite' },
  { title: '403 for ever', ours: 'for-ever-403', fault: { kind: 'status', status: 403, code: 'AccessDenied' } },
];

/** What a peer made of a fault. */
interface PeerRow {
  readonly title: string;
  readonly cells: readonly string[];
}

/** What was run of the peers. */
export interface PeerTable {
  readonly names: readonly string[];
  readonly rows: readonly PeerRow[];
}

/** Runs the SDKs with their defaults in the emulators that our copies run in, and ours beside them. */
export async function runPeers(seed: number, only?: ProviderName): Promise<PeerTable> {
  const peers = PEERS.filter(({ provider }) => only === undefined || provider === only);
  const rows: PeerRow[] = [];
  for (const { title, fault, times, ours } of FAULTS) {
    const cells = [await runOurs(ours, seed, only)];
    for (const { provider, copy } of peers) cells.push(await runPeer(provider, copy, fault, times));
    rows.push({ title, cells });
  }
  return { names: ['Objectferry, every provider', ...peers.map(({ name }) => name)], rows };
}

/** A table of what peers do. */
export function peersText({ names, rows }: PeerTable): string {
  const head = ['fault of one part', ...names];
  return aligned([head, ...rows.map(({ title, cells }) => [title, ...cells])]).join('\n');
}

/** How our own copies end; one word where all providers agree. */
async function runOurs(name: string, seed: number, only: ProviderName | undefined): Promise<string> {
  const cells = FAMILIES.flatMap(({ faults }) => faults)
    .filter((spec) => spec.name === name)
    .flatMap(cellsOf)
    .filter(
      ({ position, provider, unlike }) =>
        position === 'middle part' && unlike === undefined && (only ?? provider) === provider,
    );
  const ends = new Set<string>();
  for (const cell of cells) {
    const { result, orphans, bytes } = await runCell(cell, seed, NOWHERE);
    const end = result === 'ok' && bytes !== 'right' ? '**wrong object, success**' : result;
    ends.add(orphans === 0 ? end : `${end}, orphan`);
  }
  return [...ends].join(' / ');
}

async function runPeer(
  name: ProviderName,
  copy: Peer,
  fault: Fault | 'overwrite',
  times: number | undefined,
): Promise<string> {
  const provider = FAULT_PROVIDERS[name];
  const { buckets, partSizeMiB } = provider.emulated;
  const [from, to] = buckets;
  const size = PARTS * partSizeMiB * MIB;
  let overwritten = false;
  const emulator = await provider.start({
    accounts: [FIRST_KEYS],
    buckets: buckets.map((bucket) => ({ name: bucket })),
    clock: () => new Date(),
    onArrival: ({ partNumber }) => {
      if (fault !== 'overwrite' || partNumber !== HIT_PART || overwritten) return;
      overwritten = true;
      emulator.model.putVirtualObject(from, KEY, size, 2);
    },
  });
  const pinned = emulator.model.putVirtualObject(from, KEY, size, 1);
  const rule = { operation: 'UploadPartCopy', partNumbers: [HIT_PART], ...(times === undefined ? {} : { times }) };
  emulator.faults.setPlan({ seed: 1, rules: fault === 'overwrite' ? [] : [{ ...rule, fault }] });
  try {
    const partBytes = partSizeMiB * MIB;
    const ok = await copy({ emulator, from, to, key: KEY, copy: COPY, size, partBytes, keys: FIRST_KEYS }).then(
      () => true,
      () => false,
    );
    const made = emulator.model.getObject(to, COPY);
    const right = made?.content.size === size && made.content.md5().equals(pinned.content.md5());
    const orphans = emulator.model.openUploads(to).length;
    const end = ok ? (right ? 'ok' : '**wrong object, success**') : 'fails';
    return orphans === 0 ? end : `${end}, orphan`;
  } finally {
    await emulator.close();
  }
}
