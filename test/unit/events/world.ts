import { setTimeout } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { CopyRequest } from '@objectferry/shared/contract.ts';
import { takeIn } from '@objectferry/shared/events/intake.ts';
import type { Outcome } from '@objectferry/shared/events/outcome.ts';
import { parseRules } from '@objectferry/shared/events/rules.ts';
import type { ObjectStore } from '@objectferry/shared/provider/provider.ts';
import { parse } from '@objectferry/shared/schema.ts';
import { parseStores } from '@objectferry/shared/stores.ts';
import { expect } from 'vitest';
import type { MachineResult } from '#infra/local/engine.ts';
import { runCopy } from '#infra/local/local-copy.ts';
import { createLocalRuntime } from '#infra/local/runtime.ts';
import { EMULATED, type Emulator, storeFor } from '../../emulators/catalogue.ts';
import type { FaultRule } from '../../emulators/fault-plan.ts';
import type { BucketOptions } from '../../emulators/object-types.ts';

/** Waits shrink to this, so that a test with many retries takes milliseconds. */
const LONGEST_WAIT_MS = 3;

export interface EventsOptions {
  /** Versioning of the source's bucket. */
  readonly versioning?: BucketOptions['versioning'];
  readonly faultRules?: readonly FaultRule[];
  readonly env?: Readonly<Record<string, string>>;
  /** More fields of the store. */
  readonly store?: object;
}

/** An emulator, a store `store` that points to it, and a place where started copies wait. */
export interface EventsWorld extends AsyncDisposable {
  readonly emulator: Emulator;
  readonly model: Emulator['model'];
  /** The emulator's two buckets; a third one is called `further-1`. */
  readonly source: string;
  readonly destination: string;
  /** Requests that were started, by id. */
  readonly started: Map<string, CopyRequest>;
  /** Takes a message in under rules: from the source's to the destination's bucket unless told otherwise. */
  readonly take: (message: unknown, rules?: Readonly<Record<string, RuleFields>>) => Promise<readonly Outcome[]>;
  /** What starting a copy fails with, once each, before it works. */
  readonly startErrors: Error[];
  readonly client: ObjectStore;
  /** The raw targets of all HEAD requests so far. */
  readonly heads: () => readonly string[];
  /** Runs what was started under an id on the real machine. */
  readonly run: (id: string | undefined) => Promise<MachineResult>;
}

/** What a rule has besides the defaults of this world. */
interface RuleFields {
  readonly when?: object;
  readonly copyTo?: object;
  readonly options?: object;
  readonly from?: object;
  readonly enabled?: boolean;
}

export async function startEvents(
  name: string,
  { versioning = 'never', faultRules = [], env = {}, store = {} }: EventsOptions = {},
): Promise<EventsWorld> {
  const provider = EMULATED[name];
  if (provider === undefined) return expect.fail(`${name} is not emulated`);
  const [source, destination] = provider.buckets;
  const emulator = await provider.start({
    buckets: [{ name: source, versioning }, destination, 'further-1'],
    faults: { seed: 1, rules: faultRules },
  });
  const [account] = emulator.accounts;
  const stores = parseStores({
    stores: { store: { ...storeFor(name, provider, emulator), buckets: ['*'], ...store } },
  });
  const { runtime: local, close } = createLocalRuntime({
    stores,
    env: {
      [`${name.toUpperCase()}_ACCESS_KEY_ID`]: account?.accessKeyId,
      [`${name.toUpperCase()}_SECRET_ACCESS_KEY`]: account?.secretAccessKey,
      ...env,
    },
    observe: () => undefined,
  });
  const sleep = (ms: number) => setTimeout(Math.min(ms, LONGEST_WAIT_MS));
  const runtime = { ...local, clock: { ...local.clock, sleep }, remainingMs: () => 900_000 };
  const started = new Map<string, CopyRequest>();
  const startErrors: Error[] = [];
  const start = async ({ id, request }: { readonly id: string; readonly request: unknown }) => {
    const error = startErrors.shift();
    if (error !== undefined) throw error;
    expect(id).toMatch(/^event-[0-9a-f]{32}$/);
    // As Step Functions sees it: through JSON, and parsed by the first state.
    const parsed = parse(CopyRequest, JSON.parse(JSON.stringify(request)), 'The copy request');
    const known = started.get(id);
    if (known === undefined) {
      started.set(id, parsed);
      return 'started';
    }
    if (isDeepStrictEqual(known, parsed)) return 'exists';
    throw Object.assign(new Error('The id was used for another request.'), { name: 'ExecutionConflict' });
  };
  return {
    emulator,
    model: emulator.model,
    source,
    destination,
    started,
    startErrors,
    client: runtime.stores.open({ store: 'store', bucket: source, key: 'any' }, 'source').client,
    heads: () => emulator.requests.recent.filter(({ method }) => method === 'HEAD').map(({ target }) => target),
    take: (message, rules = { films: {} }) =>
      takeIn(
        runtime,
        { rules: parseRules({ rules: filledIn(rules, source, destination) }, stores), start },
        typeof message === 'string' ? message : JSON.stringify(message),
      ),
    run: (id) => runCopy({ request: started.get(id ?? ''), runtime, retryIntervalMs: 1 }),
    [Symbol.asyncDispose]: async () => {
      await close();
      await emulator.close();
    },
  };
}

function filledIn(rules: Readonly<Record<string, RuleFields>>, source: string, destination: string): object {
  return Object.fromEntries(
    Object.entries(rules).map(([name, { when, copyTo, ...rule }]) => [
      name,
      {
        ...rule,
        when: { store: 'store', bucket: source, ...when },
        copyTo: { store: 'store', bucket: destination, ...copyTo },
      },
    ]),
  );
}

/** What an event says about an object. */
export interface Told {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string | undefined;
  readonly etag?: string | undefined;
}

/** An S3 record; its key is encoded as S3 does it. */
export function s3Event({ bucket, key, versionId, etag }: Told, more: object = {}): object {
  const object = { key: encodeURIComponent(key).replaceAll('%20', '+'), eTag: etag, versionId };
  return {
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        eventName: 'ObjectCreated:Put',
        s3: { bucket: { name: bucket }, object },
        ...more,
      },
    ],
  };
}

/** An S3 event on EventBridge; its key is not encoded. */
export function bridgeEvent({ bucket, key, versionId, etag }: Told): object {
  const object = { key, etag, 'version-id': versionId };
  return { source: 'aws.s3', 'detail-type': 'Object Created', detail: { bucket: { name: bucket }, object } };
}

/** An OSS event; its key is written as it is. */
export function ossEvent({ bucket, key, etag }: Told, eventName = 'ObjectCreated:PutObject'): object {
  return { events: [{ eventName, oss: { bucket: { name: bucket }, object: { key, eTag: etag } } }] };
}

/** An event in the provider's own form. */
export function eventOf(provider: string, told: Told): object {
  if (provider === 'oss') return ossEvent(told);
  if (provider === 's3') return s3Event(told);
  if (provider === 'obs') {
    const { Records } = JSON.parse(JSON.stringify(s3Event(told)));
    Records[0].s3.bucket.ownerIdentity = { PrincipalId: 'somebody' };
    return { Records };
  }
  return pushed('qingstor', { bucket: told.bucket, object: told.key });
}

/** A message in the envelope of a push, vouched for by rules or a topic. */
export function pushed(
  provider: string,
  body: object,
  origin: object = { kind: 'rules', rules: ['films', 'back'] },
): object {
  return { objectferry: 'push', provider, origin, receivedAt: '2026-11-21T00:00:00Z', body: JSON.stringify(body) };
}
