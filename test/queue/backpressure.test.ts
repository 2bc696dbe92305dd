import { PurgeQueueCommand } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { BatchReport } from '#functions/intake/batch-report.ts';
import { takeMessage } from '#functions/intake/take-message.ts';
import { NoRoom } from '#functions/intake/turnstile.ts';
import { createSqsQueue } from '#functions/queue.ts';
import { seededBytes } from '../world.ts';
import { asJson } from './oss-events.ts';
import { startQueueWorld } from './queue-world.ts';
import { type SqsServer, startSqsServer } from './sqs-server.ts';

const MANY = ['a', 'b', 'c', 'd', 'e', 'f'];

test('while as many copies run as may, events wait in the queue, however often, and never become dead letters', async () => {
  // Longer than the test takes to look at the first two.
  const fault = { kind: 'latency', ms: 4_000 } as const;
  await using world = await startQueueWorld({
    maxRunningCopies: 2,
    faultRules: [{ operation: 'CopyObject', times: 2, fault }],
  });
  const { sqs, cloud } = world;
  for (const key of MANY) cloud.world.oss.model.putObject('raw', key, seededBytes(64));
  await sqs.send(MANY.map((key) => asJson({ bucket: 'raw', key })));
  const consumer = await world.coldStart();
  expect(await consumer.drain()).toEqual({ received: 6, failed: 0 });
  // A start whose answer is under way while the others are counted counts twice, so on a busy machine one more waits.
  const begun = (await world.executions()).length;
  expect([1, 2]).toContain(begun);
  expect(await sqs.counts(sqs.queueUrl)).toEqual({ visible: 0, inFlight: 0, delayed: 6 - begun });
  expect(consumer.logged).toContainEqual(
    expect.objectContaining({
      store: 'unknown',
      DeferredEvents: 6 - begun,
      DeferredEventAge: expect.any(Number),
    }),
  );
  // Six more times than a failing message would have.
  for (let round = 1; round <= 6; round += 1) {
    const waiting = (await sqs.counts(sqs.queueUrl)).delayed;
    await sqs.pass(29);
    expect(await consumer.poll()).toEqual({ received: 0, failed: 0 });
    await sqs.pass(900);
    expect(await consumer.drain()).toEqual({ received: waiting, failed: 0 });
    expect((await world.executions('RUNNING')).length).toBeLessThanOrEqual(2);
  }
  const waiting = 6 - (await world.executions()).length;
  expect(await sqs.counts(sqs.queueUrl)).toEqual({ visible: 0, inFlight: 0, delayed: waiting });
  await world.settled();
  for (let left = waiting; left > 0; left = (await sqs.counts(sqs.queueUrl)).delayed) {
    await sqs.pass(900);
    await consumer.drain();
    await world.settled();
  }
  expect(await world.executions('SUCCEEDED')).toHaveLength(6);
  expect(await sqs.counts(sqs.deadLetterQueueUrl)).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
});

describe('an event', () => {
  let sqs: SqsServer;
  beforeAll(async () => {
    sqs = await startSqsServer(60);
  });
  afterAll(() => sqs[Symbol.asyncDispose]());

  it.each([
    { waited: 0, random: 0, delay: 30 },
    { waited: 0, random: 0.999_999, delay: 120 },
    { waited: 600, random: 0.999_999, delay: 600 },
    { waited: 7200, random: 0, delay: 30 },
    { waited: 7200, random: 0.999_999, delay: 900 },
  ])('that has waited $waited s waits $delay s more, and stays as old as it is', async (given) => {
    const sent = new Date('2026-11-20T00:00:00.000Z');
    const log: Record<string, unknown>[] = [];
    const hear = (message: string, facts: object) => log.push({ message, ...facts });
    const parts = {
      ready: new Promise<never>((_, reject) => reject(new NoRoom(1))),
      turnstile: { requireRoom: async () => undefined, start: async () => 'started' as const },
      queue: createSqsQueue(sqs.client, sqs.queueUrl),
      deadLetters: createSqsQueue(sqs.client, sqs.deadLetterQueueUrl),
      report: new BatchReport({ info: hear, warn: hear, error: hear }),
      now: () => new Date(sent.getTime() + given.waited * 1000),
      random: () => given.random,
    };
    await takeMessage(recordOf('the text', sent), parts);
    expect(log).toEqual([
      { message: 'event deferred', messageId: 'id', ageSeconds: given.waited, delaySeconds: given.delay },
    ]);
    await sqs.pass(given.delay - 5);
    expect(await sqs.peek(sqs.queueUrl)).toEqual([]);
    const [message] = await sqs.peek(sqs.queueUrl);
    await sqs.client.send(new PurgeQueueCommand({ QueueUrl: sqs.queueUrl }));
    expect(message?.Body).toBe('the text');
    expect(message?.MessageAttributes?.['firstSeen']?.StringValue).toBe(sent.toISOString());
  });
});

function recordOf(body: string, sent: Date): SQSRecord {
  return {
    messageId: 'id',
    receiptHandle: 'receipt',
    body,
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: String(sent.getTime()),
      SenderId: 'sender',
      ApproximateFirstReceiveTimestamp: String(sent.getTime()),
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn',
    awsRegion: 'eu-central-1',
  };
}
