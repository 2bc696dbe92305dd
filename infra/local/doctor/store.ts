import { withRetry } from '@objectferry/shared/copy/retry.ts';
import { adviceFor, CopyError } from '@objectferry/shared/errors.ts';
import type { Transport } from '@objectferry/shared/http/transport.ts';
import type { StoreConfig } from '@objectferry/shared/provider/provider.ts';
import type { ProcessRuntime } from '@objectferry/shared/runtime.ts';
import type { OpenStore } from '@objectferry/shared/stores.ts';
import { addressFinding } from './address.ts';
import { examineBucket } from './bucket.ts';
import { clockFinding } from './clock.ts';
import type { Finding, Tell } from './finding.ts';
import type { Persist } from './scratch.ts';

/** What examining stores needs, and how far it may go. */
export interface StoreExam {
  readonly runtime: ProcessRuntime;
  readonly transport: Transport;
  /** Buckets to try besides those that the stores file names exactly. */
  readonly buckets: readonly string[];
  /** False: nothing is written anywhere. */
  readonly write: boolean;
  readonly tell: Tell;
  readonly signal: AbortSignal;
}

/** Examines one store of the stores file: address, clock, credentials, and each of its buckets. */
export async function examineStore(name: string, config: StoreConfig, exam: StoreExam): Promise<void> {
  const { tell, runtime, transport } = exam;
  const { finding, answer } = await addressFinding(name, config.endpoint, transport);
  tell(finding);
  if (answer !== undefined) tell(clockFinding(name, answer.headers['date'], runtime.clock.now()));
  if (finding.verdict === 'fail') return;
  const buckets = bucketsOf(config, exam.buckets);
  const [first] = buckets;
  if (first === undefined) {
    const sentence = `No bucket is named exactly (${config.buckets.join(', ')}): name one to try with --bucket.`;
    tell({ subject: name, check: 'credentials', verdict: 'warn', sentence });
    return;
  }
  let usable = true;
  for (const [index, bucket] of buckets.entries()) {
    if (!usable || exam.signal.aborted) return;
    usable = await examine({ name, region: config.region, bucket, isFirst: index === 0 }, exam);
  }
}

interface Place {
  readonly name: string;
  readonly region: string;
  readonly bucket: string;
  /** Nothing with a signature was sent to this store before. */
  readonly isFirst: boolean;
}

/** @returns false when the credentials are refused: some providers lock out a key that signs wrongly several times. */
async function examine({ name, region, bucket, isFirst }: Place, exam: StoreExam): Promise<boolean> {
  const { runtime, tell, signal, write } = exam;
  const persist: Persist = (request) => withRetry({ ...runtime, remainingMs: () => Number.POSITIVE_INFINITY }, request);
  const accepted = (): void => {
    if (!isFirst) return;
    tell({ subject: name, check: 'credentials', verdict: 'ok', sentence: 'The provider accepts them.' });
    const sentence = `Nothing that the endpoint says contradicts ${region}.`;
    tell({ subject: name, check: 'region', verdict: 'ok', sentence });
  };
  try {
    const store = runtime.stores.open({ store: name, bucket, key: 'objectferry-doctor' }, 'destination');
    await store.credentials();
    const mayList = await looked(store, bucket, persist);
    accepted();
    const token = runtime.newToken();
    for (const finding of await examineBucket({ store, bucket, token, persist, mayList, write, signal })) tell(finding);
    return true;
  } catch (error) {
    if (!(error instanceof CopyError)) throw error;
    const finding = refusal(error, name, bucket);
    if (finding.check === 'bucket') accepted();
    tell(finding);
    return finding.check === 'bucket';
  }
}

/** The first request with a signature. @returns whether uploads may be listed. */
async function looked({ client }: OpenStore, bucket: string, persist: Persist): Promise<boolean> {
  try {
    await persist(() => client.listUploads({ bucket, limit: 1 }));
    return true;
  } catch (error) {
    if (error instanceof CopyError && error.name === 'AccessDenied') return false;
    throw error;
  }
}

function refusal(error: CopyError, store: string, bucket: string): Finding {
  if (error.name === 'RegionMismatch' || isRegionRefused(error)) {
    const sentence = `${error.message} ${REGION_ADVICE}`;
    return { subject: store, check: 'region', verdict: 'fail', sentence };
  }
  const config = error.name === 'InvalidConfig' || error.name === 'InvalidRequest';
  const sentence = config ? error.message : `${error.message} ${adviceFor(error.name)}`;
  if (error.name === 'Unauthenticated' || error.name === 'InvalidConfig') {
    return { subject: store, check: 'credentials', verdict: 'fail', sentence };
  }
  return { subject: `${store}/${bucket}`, check: 'bucket', verdict: 'fail', sentence };
}

const REGION_ADVICE = "Correct the store's region and endpoint, or leave out a bucket of another region.";

/** A signature names a region, and a provider that serves another one says so, each with a code of its own. */
function isRegionRefused({ name, summary, facts }: CopyError): boolean {
  return facts.status !== undefined && /^Invalid(?:Config|Request)$/.test(name) && /region/i.test(summary);
}

function bucketsOf({ buckets }: StoreConfig, asked: readonly string[]): readonly string[] {
  const exact = buckets.filter((bucket) => !bucket.endsWith('*'));
  const prefixes = buckets.filter((bucket) => bucket.endsWith('*')).map((pattern) => pattern.slice(0, -1));
  const matching = asked.filter((bucket) => prefixes.some((prefix) => bucket.startsWith(prefix)));
  return [...new Set([...exact, ...matching])];
}
