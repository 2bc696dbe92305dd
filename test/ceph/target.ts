import type { Exceptions } from '../conformance/exceptions.ts';
import type { Target } from '../conformance/harness.ts';
import type { CephCluster } from './cluster.ts';

/** What Ceph (17 and before) does otherwise than Amazon; written into a stores file, this is all its support needs. */
export const CEPH_QUIRKS = {
  copyConditions: 'ignored',
  forbidOverwrite: false,
  checksums: false,
  // Tags given when an upload begins are dropped without a word.
  tags: false,
  etagMayBeAbsent: true,
  // The source's key is decoded twice by part copies: it is not found, or the gateway dies.
  exactPartSource: false,
  // CopyObject leaves a customer key out without a word; the other kinds need a key server.
  encryption: [],
} as const;

/** What no quirk is for, because no copy depends on it. */
export const CEPH_EXCEPTIONS: Exceptions = {
  anyPartNumber: 'Ceph does not look at the number of a part',
  longestKeyUnreadable: 'a key of 1,024 bytes spoils the text of the answer to its completion',
};

/** Ceph as a target of the conformance suite; it is started and stopped elsewhere. */
export function cephTarget(
  ceph: Pick<CephCluster, 'endpoint' | 'accessKeyId' | 'secretAccessKey'>,
  store: Readonly<Record<string, unknown>>,
): Target {
  return {
    store: { region: 'default', endpoint: ceph.endpoint, addressing: 'path', credentials: { env: 'CEPH' }, ...store },
    env: { CEPH_ACCESS_KEY_ID: ceph.accessKeyId, CEPH_SECRET_ACCESS_KEY: ceph.secretAccessKey },
    buckets: ['raw', 'archive'],
    versioned: 'versions',
    [Symbol.asyncDispose]: async () => undefined,
  };
}
