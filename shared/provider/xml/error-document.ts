import * as v from 'valibot';
import { parseXml } from '../../http/xml.ts';
import type { Headers } from './request.ts';

const documentSchema = v.object({
  Code: v.optional(v.string(), ''),
  Message: v.optional(v.string(), ''),
  RequestId: v.optional(v.string()),
  HostId: v.optional(v.string()),
  /** S3: the header whose condition did not hold, for example `If-None-Match`. */
  Condition: v.optional(v.string()),
  /** OSS: a finer code. */
  EC: v.optional(v.string()),
  /** The endpoint that would have been right. */
  Endpoint: v.optional(v.string()),
  /** The region that would have been right. */
  Region: v.optional(v.string()),
});

/** What an `<Error>` document says; code and message are empty where there is none. */
export type ErrorDocument = v.InferOutput<typeof documentSchema>;

/** Reads an `<Error>` document; anything else (a proxy's page, or nothing) is one that says nothing. */
export function readErrorDocument(bytes: Uint8Array): ErrorDocument {
  const parsed = v.safeParse(documentSchema, contentOf(bytes));
  return parsed.success ? parsed.output : { Code: '', Message: '' };
}

/** One line of bounded length: what others wrote must not break a log. */
export function clean(text: string): string {
  return text
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, 300);
}

/**
 * How long the provider asks to wait, in milliseconds; a date in Retry-After is read against the answer's own clock.
 *
 * @param delayHeader the provider's own header with milliseconds, if it has one.
 */
export function retryAfterMs(headers: Headers, delayHeader?: string): number | undefined {
  const retryAfter = headers['retry-after'] ?? '';
  const afterMs = /^\d{1,9}$/.test(retryAfter)
    ? Number(retryAfter) * 1000
    : Date.parse(retryAfter) - Date.parse(headers['date'] ?? '');
  const delayMs = Number((delayHeader === undefined ? undefined : headers[delayHeader]) ?? Number.NaN);
  const known = [afterMs, delayMs].filter((ms) => Number.isFinite(ms) && ms >= 0);
  return known.length === 0 ? undefined : Math.max(...known);
}

function contentOf(bytes: Uint8Array): unknown {
  try {
    return parseXml(bytes, 'Error');
  } catch {
    // Not the provider's own answer: the status has to do.
    return undefined;
  }
}
