import { CreateBucketCommand, DeleteBucketCommand, PutBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createHarness, type Harness, type Target } from '../conformance/harness.ts';
import { type LoopbackServer, serveOnLoopback } from '../emulators/http-server.ts';
import { FAMILIES } from '../faults/catalogue.ts';
import { type Cell, cellsOf } from '../faults/cell.ts';
import type { Family, FaultSpec } from '../faults/fault.ts';
import { PART_COUNT, type PositionName } from '../faults/position.ts';
import type { ProviderName } from '../faults/provider.ts';
import { seededBytes } from '../world.ts';
import { type Behind, type CellOutcome, runBehindProxy } from './fault-proxy-cell.ts';
import { type Buckets, CHANGES, type Place, write } from './fault-proxy-changes.ts';
import { expectedHere, notHere, OWN_BUCKETS } from './fault-proxy-rows.ts';
import { CEPH_QUIRKS, cephTarget } from './target.ts';

const MIB = 1024 * 1024;
/** Decides all chance in proxies and copies; a failure says which. */
const SEED = 20261121;
/** Cells at a time: most of a cell is waiting for Ceph. */
const SIDE_BY_SIDE = 4;
const SOURCE = { bucket: 'raw', key: 'faults/source' };
/** Ceph drops tags, so copies do not ask for them. */
const NEVER_ASKED: readonly PositionName[] = ['source tags'];

/** The table's cells of one column, before Ceph by one dialect. */
interface Column {
  readonly title: string;
  readonly provider: ProviderName;
  readonly target: () => Target;
  readonly partSizeMiB: number;
  readonly families: readonly Family[];
  readonly at: (position: PositionName) => boolean;
}

const COLUMNS: readonly Column[] = [
  {
    title: 'Ceph RGW by S3',
    provider: 's3',
    target: () => {
      const { smallPartsEndpoint: endpoint, ...ceph } = inject('ceph');
      const quirks = { ...CEPH_QUIRKS, minPartBytes: MIB };
      return cephTarget({ ...ceph, endpoint }, { provider: 's3', quirks });
    },
    partSizeMiB: 1,
    families: FAMILIES,
    at: () => true,
  },
  {
    title: 'Ceph RGW by the x-amz- dialect of OBS',
    provider: 'obs',
    target: () => cephTarget(inject('ceph'), { provider: 'obs', dialect: 'amz', signature: 'v2' }),
    partSizeMiB: 5,
    families: FAMILIES.filter(({ faults }) => faults.some(({ name }) => ['reset', 'empty-body'].includes(name))),
    at: (position) => ['middle part', 'Complete'].includes(position),
  },
];

it('every row of the fault table is run against Ceph, or it is known why not', () => {
  const reasons = FAMILIES.flatMap(({ faults }) => faults.map((spec) => `${spec.name}: ${notHere(spec) ?? 'run'}`));
  expect(reasons.filter((reason) => reason.includes('nobody has said'))).toEqual([]);
});

describe.each(COLUMNS)(
  '$title, through a proxy that cannot sign',
  ({ provider, target, partSizeMiB, families, at }) => {
    let harness: Harness;
    let behind: Behind;
    let elsewhere: LoopbackServer;
    let [visits, cells] = [0, 0];
    const s3 = new S3Client({
      endpoint: inject('ceph').endpoint,
      region: 'default',
      forcePathStyle: true,
      credentials: inject('ceph'),
    });

    beforeAll(async () => {
      const store = target();
      harness = createHarness(store);
      const size = PART_COUNT * partSizeMiB * MIB - 7;
      const [pinned, theirs] = [seededBytes(size, 1), seededBytes(size, 2)];
      behind = { store, direct: harness.client, buckets: bucketsBy(s3), partSizeMiB, pinned, theirs };
      await write(behind, SOURCE, pinned);
      elsewhere = await serveOnLoopback(() => {
        visits += 1;
        return { status: 200, headers: {} };
      });
    });
    afterAll(async () => {
      expect(visits, 'redirects that were followed').toBe(0);
      await elsewhere.close();
      await harness[Symbol.asyncDispose]();
      s3.destroy();
    });

    const run = async (cell: Cell): Promise<CellOutcome> => {
      const places = placesOf(cell, `faults-${provider}-${++cells}`);
      const { source, destination, own } = places;
      const change = CHANGES[cell.spec.name];
      for (const bucket of own) await behind.buckets.create(bucket);
      if (source !== SOURCE) await write(behind, source, behind.pinned);
      const url = `http://127.0.0.1:${elsewhere.port}`;
      try {
        return await runBehindProxy(behind, { cell, source, destination, change, seed: SEED, elsewhere: url });
      } finally {
        // What is there is in memory.
        const shared = own.length > 0 ? [] : [source, destination];
        for (const object of shared) if (object !== SOURCE) await behind.direct.deleteObject(object);
      }
    };

    const specs: readonly FaultSpec[] = families.flatMap(({ faults }) => faults).filter((spec) => !notHere(spec));
    it.each(specs)('$title', async (spec) => {
      const here = cellsOf(spec).filter(
        (cell) =>
          cell.provider === provider &&
          cell.unlike === undefined &&
          at(cell.position) &&
          !NEVER_ASKED.includes(cell.position),
      );
      const shown = await sideBySide(here, async (cell) => ({ cell, outcome: await run(cell) }));
      const actual = shown.map(({ cell: { position }, outcome: { result, bytes, orphans, hits, message } }) => ({
        position,
        result,
        bytes,
        orphans,
        happened: hits > 0,
        message,
      }));
      const expected = here.map((cell) => ({
        position: cell.position,
        ...expectedHere(cell),
        orphans: 0,
        happened: true,
        message: expect.any(String),
      }));
      expect(actual, `seed ${SEED}`).toEqual(expected);
    });
  },
);

interface Places {
  readonly source: Place;
  readonly destination: Place;
  /** Buckets that are for this cell alone. */
  readonly own: readonly string[];
}

/** Where a cell copies from and to. Who changes a source has one of his own. */
function placesOf({ spec }: Cell, name: string): Places {
  if (OWN_BUCKETS.includes(spec.name)) {
    const [from, to] = [`${name}-from`, `${name}-to`];
    return { source: { bucket: from, key: name }, destination: { bucket: to, key: name }, own: [from, to] };
  }
  const changing = { bucket: spec.versioned ? 'versions' : SOURCE.bucket, key: name };
  const source = CHANGES[spec.name] === undefined ? SOURCE : changing;
  return { source, destination: { bucket: 'archive', key: name }, own: [] };
}

function bucketsBy(s3: S3Client): Buckets {
  return {
    create: async (Bucket) => {
      await s3.send(new CreateBucketCommand({ Bucket }));
    },
    drop: async (Bucket) => {
      await s3.send(new DeleteBucketCommand({ Bucket }));
    },
    deny: async (Bucket, Action) => {
      const Statement = [{ Effect: 'Deny', Principal: '*', Action, Resource: `arn:aws:s3:::${Bucket}/*` }];
      const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
      await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    },
  };
}

/** Works on all, a few at a time, and keeps their order. */
async function sideBySide<In, Out>(all: readonly In[], work: (one: In) => Promise<Out>): Promise<Out[]> {
  const done = new Map<In, Out>();
  const queue = [...all];
  const worker = async (): Promise<void> => {
    for (let one = queue.shift(); one !== undefined; one = queue.shift()) done.set(one, await work(one));
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker));
  return all.map((one) => done.get(one)).filter((out) => out !== undefined);
}
