import { MAX_RECEIVES } from '@objectferry/shared/naming.ts';
import { expect, test } from 'vitest';
import { seededBytes } from '../world.ts';
import { asBase64, asJson } from './oss-events.ts';
import { EVERYTHING, startQueueWorld } from './queue-world.ts';

const EMPTY = { visible: 0, inFlight: 0, delayed: 0 };
const about = (...keys: readonly string[]) => asJson(...keys.map((key) => ({ bucket: 'raw', key })));

test('an event in the queue becomes one copy, whether once or twice, is told of, and leaves the queue', async () => {
  await using world = await startQueueWorld();
  const { sqs, cloud } = world;
  cloud.world.oss.model.putObject('raw', 'films/a.mov', seededBytes(64));
  await sqs.send([about('films/a.mov')]);
  const consumer = await world.coldStart();
  expect(await consumer.drain()).toEqual({ received: 1, failed: 0 });
  await world.settled();
  await sqs.send([asBase64({ bucket: 'raw', key: 'films/a.mov' })]);
  expect(await consumer.drain()).toEqual({ received: 1, failed: 0 });
  expect(cloud.world.oss.model.getObject('archive', 'films/a.mov')?.content.toBuffer()).toEqual(seededBytes(64));
  const [id = '', ...others] = await world.executions();
  expect(others).toEqual([]);
  expect(await sqs.counts(sqs.queueUrl)).toEqual(EMPTY);
  const facts = { rule: 'everything', id, source: 'oss://raw/films/a.mov', destination: 'oss://archive/films/a.mov' };
  for (const message of ['event started', 'event exists']) {
    expect(consumer.logged).toContainEqual(
      expect.objectContaining({ level: 'INFO', message, messageId: expect.any(String), ...facts }),
    );
  }
  for (const metric of ['CopiesStartedByEvents', 'DuplicateEvents']) {
    expect(consumer.logged).toContainEqual(expect.objectContaining({ store: 'oss', [metric]: 1 }));
  }
});

test('what no rule is about, and what is gone, is told and leaves the queue: nobody could mend it', async () => {
  await using world = await startQueueWorld();
  const { sqs } = world;
  await sqs.send([asJson({ bucket: 'other', key: 'a' }), about('deleted')]);
  const consumer = await world.coldStart();
  expect(await consumer.drain()).toEqual({ received: 2, failed: 0 });
  expect(await world.executions()).toEqual([]);
  expect(await sqs.counts(sqs.deadLetterQueueUrl)).toEqual(EMPTY);
  for (const reason of [/No rule is about oss other\/a/, /is gone/]) {
    expect(consumer.logged).toContainEqual(
      expect.objectContaining({ message: 'event skipped', reason: expect.stringMatching(reason) }),
    );
  }
  expect(consumer.logged).toContainEqual(expect.objectContaining({ store: 'unknown', SkippedEvents: 1 }));
  expect(consumer.logged).toContainEqual(expect.objectContaining({ store: 'oss', SkippedEvents: 1 }));
});

test('of a batch only the message that may work later comes again, also when it holds others that did', async () => {
  const fault = { kind: 'status', status: 503, code: 'ServiceUnavailable', headers: { 'retry-after': '900' } } as const;
  await using world = await startQueueWorld({ faultRules: [{ operation: '*', key: 'busy', times: 1, fault }] });
  const { sqs, cloud } = world;
  for (const key of ['a', 'b', 'busy']) cloud.world.oss.model.putObject('raw', key, seededBytes(64));
  await sqs.send([about('a'), about('b', 'busy')]);
  const consumer = await world.coldStart();
  expect(await consumer.drain()).toEqual({ received: 2, failed: 1 });
  expect(await sqs.counts(sqs.queueUrl)).toEqual({ visible: 0, inFlight: 1, delayed: 0 });
  expect(await world.executions()).toHaveLength(2);
  expect(consumer.logged).toContainEqual(expect.objectContaining({ message: 'event postponed', receives: 1 }));
  await sqs.pass(60);
  expect(await consumer.drain()).toEqual({ received: 1, failed: 0 });
  expect(await world.executions()).toHaveLength(3);
  expect(await sqs.counts(sqs.queueUrl)).toEqual(EMPTY);
  await world.settled();
});

test('a message that fails every time is buried with the reason at its last try, before SQS does it without', async () => {
  await using world = await startQueueWorld({ rules: { broken: { when: {} } } });
  const { sqs } = world;
  await sqs.send([about('a')]);
  const consumer = await world.coldStart();
  for (let receive = 1; receive < MAX_RECEIVES; receive += 1) {
    // All of the batch failed, and so has the invocation: the alarm hears of that.
    expect(await consumer.drain()).toEqual({ received: 1, failed: 1 });
    expect(await sqs.counts(sqs.deadLetterQueueUrl)).toEqual(EMPTY);
    await sqs.pass(60);
  }
  expect(await consumer.drain()).toEqual({ received: 1, failed: 0 });
  expect(await sqs.counts(sqs.queueUrl)).toEqual(EMPTY);
  const [letter] = await sqs.peek(sqs.deadLetterQueueUrl);
  expect(letter?.Body).toBe(about('a'));
  expect(letter?.MessageAttributes?.['reason']?.StringValue).toMatch(/^Given up after 5 tries: The rules file: /);
});

test('a failure that passes costs nothing: rules that are mended in between start the copy', async () => {
  await using world = await startQueueWorld({ rules: { broken: { when: {} } } });
  const { sqs, cloud } = world;
  cloud.world.oss.model.putObject('raw', 'a', seededBytes(64));
  await sqs.send([about('a')]);
  const consumer = await world.coldStart();
  expect(await consumer.drain()).toEqual({ received: 1, failed: 1 });
  world.setRules(EVERYTHING);
  await sqs.pass(60);
  expect(await consumer.drain()).toEqual({ received: 1, failed: 0 });
  expect(await world.executions()).toHaveLength(1);
  await world.settled();
});

test('throttled starts are tried again within the invocation', async () => {
  await using world = await startQueueWorld();
  const { sqs, cloud } = world;
  cloud.world.oss.model.putObject('raw', 'a', seededBytes(64));
  const fault = { kind: 'status', status: 400, code: 'ThrottlingException', message: 'Rate exceeded' } as const;
  cloud.emulator.faults.setPlan({ seed: 1, rules: [{ operation: 'StartExecution', times: 2, fault }] });
  await sqs.send([about('a')]);
  const consumer = await world.coldStart();
  expect(await consumer.drain()).toEqual({ received: 1, failed: 0 });
  expect(cloud.emulator.faults.log).toHaveLength(2);
  expect(await world.executions()).toHaveLength(1);
  await world.settled();
});
