import type { ByteSpan, ProveInput, ReadProgress, Step } from '../contract.ts';
import { CopyError } from '../errors.ts';
import type { Runtime } from '../runtime.ts';
import { secondsSince } from './receipt.ts';
import { compare } from './verify.ts';

/**
 * Sends the bytes that are left back to the machine, or, when every byte was read and is equal, puts that into the
 * receipt.
 *
 * @throws CopyError Unknown when the reports do not add up to the object.
 */
export async function prove(runtime: Runtime, { copy, receipt, reports, read }: ProveInput): Promise<Step> {
  const sum = reports.reduce<ReadProgress>(addRead, read);
  const byteSpans = reports.map(({ rest }) => rest).filter((rest): rest is ByteSpan => rest !== null);
  if (byteSpans.length > 0) return { strategy: 'verify', copy, receipt, byteSpans, read: sum };
  if (sum.bytes !== copy.size) {
    throw new CopyError(
      'Unknown',
      `The reports of reading back add up to ${sum.bytes} of ${copy.size} bytes, so the copy is not proven.`,
    );
  }
  const said = `${sum.bytes} bytes read`;
  return {
    strategy: 'finished',
    receipt: {
      ...receipt,
      retries: receipt.retries + sum.retries,
      throttles: receipt.throttles + sum.throttles,
      seconds: secondsSince(runtime, copy.startedAt),
      checks: [...receipt.checks, compare('bytes', said, said)],
    },
  };
}

function addRead(a: ReadProgress, b: ReadProgress): ReadProgress {
  return { bytes: a.bytes + b.bytes, retries: a.retries + b.retries, throttles: a.throttles + b.throttles };
}
