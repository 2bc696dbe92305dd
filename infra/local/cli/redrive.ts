import { parse } from '@objectferry/shared/schema.ts';
import * as v from 'valibot';
import { openDeadLetterQueue, sourceQueueOf } from '../dead-letter-queue.ts';
import { type Redriven, redrive } from '../redrive.ts';
import { reporting } from './endpoint-client.ts';
import { DONE, FAILED } from './exit-code.ts';

const Flags = v.strictObject({
  queueUrl: v.string(),
  to: v.optional(v.string()),
  dryRun: v.optional(v.boolean(), false),
  limit: v.optional(
    v.pipe(v.string(), v.regex(/^[1-9]\d{0,8}$/, 'must be a number from 1.'), v.transform(Number)),
    '999999999',
  ),
  json: v.optional(v.boolean(), false),
});

/** `objectferry redrive`. @returns the exit code: 1 when a message came back at once. */
export async function redriveQueue(rawFlags: unknown): Promise<number> {
  const asked = v.is(v.object({ json: v.literal(true) }), rawFlags);
  return reporting(asked, async () => {
    const { queueUrl, to, dryRun, limit, json } = parse(Flags, rawFlags, 'The command line');
    const target = to ?? (dryRun ? queueUrl : await sourceQueueOf(queueUrl));
    const counts = { sent: 0, shown: 0, returned: 0 };
    for await (const redriven of redrive(openDeadLetterQueue(queueUrl, target), { dryRun, limit })) {
      counts[redriven.result] += 1;
      process.stdout.write(json ? jsonLine(redriven) : lines(redriven));
    }
    if (!json) process.stdout.write(summary(counts, dryRun, target));
    return counts.returned === 0 ? DONE : FAILED;
  });
}

function jsonLine({ letter: { id, sentAt, reason, rule, body }, result }: Redriven): string {
  return `${JSON.stringify({ id, sentAt, reason, rule, result, body })}\n`;
}

/** So much of a message tells what it is about. */
const BODY_CHARACTERS = 160;

const NOTES = { sent: '', shown: '', returned: ' (came back at once: not sent again)' } as const;

/** One dead letter as a person reads it. */
function lines({ letter: { id, sentAt, reason, rule, body }, result }: Redriven): string {
  const of = rule === undefined ? '' : `  rule ${shown(rule)}`;
  // What others wrote must not steer the terminal.
  return `${id}  ${sentAt.toISOString()}${of}${NOTES[result]}\n  ${shown(reason)}\n  ${shown(body.slice(0, BODY_CHARACTERS))}\n`;
}

function shown(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ');
}

function summary(
  { sent, shown: seen, returned }: Record<Redriven['result'], number>,
  dry: boolean,
  to: string,
): string {
  if (sent + seen + returned === 0) return 'There are no dead letters.\n';
  if (dry) return `${messages(seen)}; nothing was sent back.\n`;
  const again = returned === 0 ? '' : ` ${messages(returned)} came back at once: the cause is still there.`;
  return `${messages(sent)} sent back to ${to}.${again}\n`;
}

function messages(count: number): string {
  return count === 1 ? '1 message' : `${count} messages`;
}
