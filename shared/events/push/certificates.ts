import { CopyError } from '../../errors.ts';
import type { HttpAnswer, Transport } from '../../http/transport.ts';
import { type Certificate, parseCertificate } from './certificate.ts';
import type { PinnedAddress } from './certificate-address.ts';
import { Refusal } from './refusal.ts';

/** Gives the certificate at an address. @throws Refusal 403 when there is none, 503 when nobody can say now. */
export type Certificates = (address: PinnedAddress) => Promise<Certificate>;

/** More than all certificates that a service has in use. */
const MAX_KEPT = 32;
const KEEP_MS = 24 * 60 * 60 * 1000;
/** So long an address that failed is not asked again; short, because its service may only be down. */
const KEEP_FAILURE_MS = 10_000;
/** Fetches of all addresses together, in a minute. */
const MAX_FETCHES = 20;
const MINUTE_MS = 60_000;
/** The sender waits 5 seconds for all of our work. */
const TIMEOUT_MS = 2_500;
const MAX_BYTES = 64 * 1024;

/**
 * Fetches certificates and keeps them. Whoever invents addresses makes us fetch a few and no more: addresses have to be
 * pinned ones, those that failed rest for a while, and all of them share one budget, while certificates that are kept
 * cost nothing of it.
 */
export function createCertificates(transport: Transport, now: () => Date): Certificates {
  const kept = createMemory<Certificate>(now, KEEP_MS);
  const failed = createMemory<Refusal>(now, KEEP_FAILURE_MS);
  const underWay = new Map<string, Promise<Certificate>>();
  const spend = createBudget(now);

  const load = async (url: string, address: PinnedAddress): Promise<Certificate> => {
    try {
      const certificate = await fetchCertificate(transport, address);
      kept.put(url, certificate);
      return certificate;
    } catch (error) {
      if (error instanceof Refusal) failed.put(url, error);
      throw error;
    } finally {
      underWay.delete(url);
    }
  };

  return async (address) => {
    const url = address.origin + address.target;
    const certificate = kept.get(url);
    if (certificate !== undefined) return certificate;
    const failure = failed.get(url);
    if (failure !== undefined) throw new Refusal(failure.status, failure.message, failure.cause);
    const running = underWay.get(url);
    if (running !== undefined) return running;
    spend();
    const fetching = load(url, address);
    underWay.set(url, fetching);
    return fetching;
  };
}

async function fetchCertificate(transport: Transport, { origin, target }: PinnedAddress): Promise<Certificate> {
  const answer = await ask(transport, { origin, target }, 'The certificate');
  const certificate = answer.status === 200 ? parseCertificate(Buffer.from(answer.body).toString('latin1')) : undefined;
  if (certificate !== undefined) return certificate;
  // A redirect is an answer like any other: it leads away from the pinned host.
  throw new Refusal(
    403,
    `There is no certificate at the address that the message names (status ${answer.status}): give the rule a token instead, and send it with the push.`,
  );
}

/**
 * Sends a GET to a pinned address.
 *
 * @throws Refusal 503 when no final answer came, so that the sender tries again.
 */
export async function ask(transport: Transport, address: PinnedAddress, what: string): Promise<HttpAnswer> {
  let answer: HttpAnswer;
  try {
    const request = {
      method: 'GET' as const,
      ...address,
      headers: {},
      timeoutMs: TIMEOUT_MS,
      maxAnswerBytes: MAX_BYTES,
    };
    answer = await transport(request);
  } catch (error) {
    if (error instanceof CopyError) throw unavailable(what, error);
    throw error;
  }
  if (answer.status >= 500 || answer.status === 429) throw unavailable(what);
  return answer;
}

function unavailable(what: string, cause?: CopyError): Refusal {
  return new Refusal(503, `${what} cannot be had from the service just now: send the message again.`, cause);
}

/** A bounded memory that forgets what is old, then what was not asked for the longest time. */
function createMemory<Value>(
  now: () => Date,
  keepMs: number,
): { get: (key: string) => Value | undefined; put: (key: string, value: Value) => void } {
  const entries = new Map<string, { readonly value: Value; readonly until: number }>();
  return {
    get: (key) => {
      const entry = entries.get(key);
      entries.delete(key);
      if (entry === undefined || entry.until <= now().getTime()) return undefined;
      // A Map keeps the order of insertion: what is used moves to its end.
      entries.set(key, entry);
      return entry.value;
    },
    put: (key, value) => {
      entries.delete(key);
      entries.set(key, { value, until: now().getTime() + keepMs });
      const [oldest] = entries.keys();
      if (entries.size > MAX_KEPT && oldest !== undefined) entries.delete(oldest);
    },
  };
}

function createBudget(now: () => Date): () => void {
  let fetches: readonly number[] = [];
  return () => {
    const time = now().getTime();
    fetches = fetches.filter((fetched) => fetched > time - MINUTE_MS && fetched <= time);
    if (fetches.length >= MAX_FETCHES) throw unavailable('One more certificate');
    fetches = [...fetches, time];
  };
}
