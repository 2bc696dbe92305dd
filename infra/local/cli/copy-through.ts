import { randomUUID } from 'node:crypto';
import { clientFor, reporting } from './endpoint-client.ts';
import { DONE, STOPPED } from './exit-code.ts';
import { follow } from './follow.ts';
import { onInterrupt } from './interruption.ts';
import { type Flags, requestFrom } from './options.ts';
import { parseRequest } from './parse-request.ts';
import { explain, printReceipt } from './report.ts';

/**
 * `objectferry copy --endpoint`: has an API run the copy, and shows how it is doing until its end.
 *
 * Ctrl-C leaves the copy running and says how to stop it. It runs elsewhere and for others to see, may have been
 * started before by the same key, and a closed laptop must not end it: what is stopped by the key is the watching.
 *
 * @returns the exit code.
 */
export function copyThrough(
  source: string,
  destination: string,
  flags: Flags & { readonly endpoint: string },
): Promise<number> {
  const { json, detach, idempotencyKey = randomUUID() } = flags;
  const left = new AbortController();
  const release = onInterrupt(() => left.abort(), 'Left at once: the copy goes on.');
  return reporting(json, async () => {
    try {
      const request = requestFrom(source, destination, flags);
      // Found here at once, and nothing is sent.
      parseRequest(request, flags);
      const client = clientFor(flags, left.signal);
      const accepted = await client.submit(request, idempotencyKey).catch((error: unknown) => {
        if (!left.signal.aborted) throw error;
        process.stderr.write(
          `Not waited for: the copy may have been started; list shows it, and the same command with --idempotency-key ${idempotencyKey} starts no second one.\n`,
        );
        return undefined;
      });
      if (accepted === undefined) return STOPPED;
      if (detach) {
        process.stdout.write(json ? `${JSON.stringify(accepted)}\n` : `${accepted.id}\n`);
        return DONE;
      }
      return await watched(client, accepted.id, flags, left.signal);
    } finally {
      release();
    }
  });
}

async function watched(
  client: ReturnType<typeof clientFor>,
  id: string,
  { json, ...place }: Pick<Flags, 'json' | 'auth' | 'region'> & { readonly endpoint: string },
  signal: AbortSignal,
): Promise<number> {
  const end = await follow(client, { id, quiet: json, signal }).catch((error: unknown) => {
    process.stderr.write(`How the copy ${id} is doing is not known any more; it may go on all the same.\n`);
    throw error;
  });
  if (end === undefined) {
    process.stderr.write(`The copy ${id} goes on. To stop it: objectferry stop ${id} ${flagsOf(place)}\n`);
    return STOPPED;
  }
  if (end.state === 'succeeded' && end.receipt !== undefined) {
    printReceipt(end.receipt, json);
    return DONE;
  }
  const { name, message } = end.error ?? { name: 'Unknown', message: `The copy ${id} ended as ${end.state}.` };
  return explain(name, message, json);
}

function flagsOf({ endpoint, auth, region }: Pick<Flags, 'endpoint' | 'auth' | 'region'>): string {
  return Object.entries({ endpoint, auth, region })
    .flatMap(([name, value]) => (value === undefined ? [] : `--${name} ${value}`))
    .join(' ');
}
