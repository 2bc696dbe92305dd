import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededBytes } from '../world.ts';
import { asJson } from './oss-events.ts';
import { type Consumer, type QueueWorld, startQueueWorld } from './queue-world.ts';

const MIB = 1024 * 1024;
const EMPTY = { visible: 0, inFlight: 0, delayed: 0 };

/** An envelope in an envelope in an envelope. */
function wrapped(times: number): string {
  const inner = times === 0 ? asJson({ bucket: 'raw', key: 'a' }) : wrapped(times - 1);
  return JSON.stringify({ Type: 'Notification', TopicArn: 'arn:aws:sns:eu-west-1:1:t', Message: inner });
}

const POISON: readonly (readonly [string, string, RegExp])[] = [
  ['no JSON', 'hello, world', /neither JSON nor Base64/],
  ['JSON that is cut off', asJson({ bucket: 'raw', key: 'a' }).slice(0, -3), /not JSON, or is cut off/],
  ['an unknown form', '{"order":17,"state":"paid"}', /none of the known forms.*"order", "state"/],
  ['an event without its key', '{"events":[{"eventName":"ObjectCreated:PutObject","oss":{}}]}', /OSS event: /],
  ['256 KiB of nothing', 'x'.repeat(256 * 1024), /neither JSON nor Base64|not JSON/],
  ['arrays in arrays', '['.repeat(100_000) + ']'.repeat(100_000), /./],
  ['envelopes in envelopes', wrapped(8), /wrapped too many times/],
  ['a thousand records', JSON.stringify({ Records: Array(1000).fill({}) }), /1000 records; at most 100/],
  ['characters that end lines and more', '{"a\\u0000\\u001b[31m\\ud800":1}', /none of the known forms/],
];

describe('what can never work', () => {
  let world: QueueWorld;
  let consumer: Consumer;
  beforeAll(async () => {
    world = await startQueueWorld();
  });
  afterAll(() => world[Symbol.asyncDispose]());

  it.each(POISON)('is buried at once with its reason: %s', async (_what, body, reason) => {
    const { sqs } = world;
    await sqs.send([body]);
    consumer = await world.coldStart();
    expect(await consumer.drain()).toEqual({ received: 1, failed: 0 });
    expect(await sqs.counts(sqs.queueUrl)).toEqual(EMPTY);
    const letters = await sqs.peek(sqs.deadLetterQueueUrl);
    const letter = letters.find(({ Body }) => Body === body);
    expect(letter?.MessageAttributes?.['reason']?.StringValue).toMatch(reason);
    expect(letter?.MessageAttributes?.['messageId']?.StringValue).toMatch(/^[0-9a-f-]{36}$/);
    expect(letter?.MessageAttributes?.['rule']).toBeUndefined();
    expect(consumer.logged).toContainEqual(
      expect.objectContaining({ level: 'ERROR', message: 'event cannot be followed' }),
    );
    expect(consumer.logged).toContainEqual(expect.objectContaining({ FailedEvents: 1 }));
  });

  it('is buried also when nothing fits beside it', async () => {
    const { sqs } = world;
    const body = 'y'.repeat(MIB);
    await sqs.send([body]);
    consumer = await world.coldStart();
    expect(await consumer.drain()).toEqual({ received: 1, failed: 0 });
    const letter = (await sqs.peek(sqs.deadLetterQueueUrl)).find(({ Body }) => Body === body);
    expect(letter).toBeDefined();
    expect(letter?.MessageAttributes).toBeUndefined();
  });

  it('is buried with the rule that cannot be followed, while the other rule about it is', async () => {
    const { sqs, cloud } = world;
    const from = { when: { store: 'oss', bucket: 'raw' } };
    world.setRules({
      good: { ...from, copyTo: { store: 'oss', bucket: 'archive' } },
      long: { ...from, copyTo: { store: 'oss', bucket: 'archive', key: `${'long/'.repeat(200)}{key}` } },
    });
    const key = 'k'.repeat(100);
    cloud.world.oss.model.putObject('raw', key, seededBytes(64));
    const body = asJson({ bucket: 'raw', key });
    await sqs.send([body]);
    consumer = await world.coldStart();
    expect(await consumer.drain()).toEqual({ received: 1, failed: 0 });
    const letter = (await sqs.peek(sqs.deadLetterQueueUrl)).find(({ Body }) => Body === body);
    expect(letter?.MessageAttributes?.['rule']?.StringValue).toBe('long');
    expect(letter?.MessageAttributes?.['reason']?.StringValue).toMatch(/^copyTo\.key makes a key of 1100 bytes/);
    await world.settled();
    expect(await world.executions('SUCCEEDED')).toHaveLength(1);
  });

  it('is buried when a rule names a bucket that the store does not have', async () => {
    const { sqs } = world;
    world.setRules({
      lost: { when: { store: 'oss', bucket: 'nowhere' }, copyTo: { store: 'oss', bucket: 'archive' } },
    });
    const body = asJson({ bucket: 'nowhere', key: 'a' });
    await sqs.send([body]);
    consumer = await world.coldStart();
    expect(await consumer.drain()).toEqual({ received: 1, failed: 0 });
    const letter = (await sqs.peek(sqs.deadLetterQueueUrl)).find(({ Body }) => Body === body);
    expect(letter?.MessageAttributes?.['rule']?.StringValue).toBe('lost');
    expect(letter?.MessageAttributes?.['reason']?.StringValue).toMatch(/bucket/);
  });
});
