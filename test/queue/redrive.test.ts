import { createServer } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { openDeadLetterQueue } from '#infra/local/dead-letter-queue.ts';
import { redrive } from '#infra/local/redrive.ts';
import { objectferry } from '../e2e/cli-process.ts';
import { seededBytes } from '../world.ts';
import { asJson } from './oss-events.ts';
import { type Consumer, EVERYTHING, type QueueWorld, startQueueWorld } from './queue-world.ts';

const EMPTY = { visible: 0, inFlight: 0, delayed: 0 };
const NOT_JSON = 'hello \u009b31m world';
const FILMS = ['a', 'b'].map((letter) => `films/${letter.repeat(30)}.mov`);
const ABOUT_FILMS = FILMS.map((key) => asJson({ bucket: 'raw', key }));

/** No profile of whoever runs this test, and no machine to ask for keys. */
const NO_KEYS = { HOME: '/nonexistent', AWS_EC2_METADATA_DISABLED: 'true' };
const KEYS = { ...NO_KEYS, AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' };

/** Makes a key of these that no provider has. */
const TOO_LONG = {
  films: {
    when: { store: 'oss', bucket: 'raw', prefix: 'films/' },
    copyTo: { store: 'oss', bucket: 'archive', key: `${'long/'.repeat(200)}{key}` },
  },
};

describe('objectferry redrive', () => {
  let world: QueueWorld;
  let consumer: Consumer;
  const run = (url: string, ...flags: readonly string[]) =>
    objectferry(['redrive', '--queue-url', url, ...flags], {
      env: { ...KEYS, AWS_REGION: world.sqs.region },
    });

  beforeAll(async () => {
    world = await startQueueWorld({ rules: TOO_LONG });
    for (const key of FILMS) world.cloud.world.oss.model.putObject('raw', key, seededBytes(64));
    await world.sqs.send([...ABOUT_FILMS, NOT_JSON]);
  });
  afterAll(() => world[Symbol.asyncDispose]());
  beforeEach(async () => {
    consumer = await world.coldStart();
  });

  it('shows dead letters with their reasons and rules, and leaves them where they are', async () => {
    const { sqs } = world;
    expect(await consumer.drain()).toEqual({ received: 3, failed: 0 });
    const { code, stdout } = await run(sqs.deadLetterQueueUrl, '--dry-run', '--json');
    expect(code).toBe(0);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toHaveLength(3);
    for (const body of ABOUT_FILMS) {
      const reason = expect.stringMatching(/^copyTo\.key makes a key of \d+ bytes/);
      expect(lines).toContainEqual(expect.objectContaining({ body, rule: 'films', reason, result: 'shown' }));
    }
    const reason = 'The message is neither JSON nor Base64 of it.';
    expect(lines).toContainEqual(expect.objectContaining({ body: NOT_JSON, reason, result: 'shown' }));
    expect(await sqs.counts(sqs.deadLetterQueueUrl)).toEqual({ visible: 3, inFlight: 0, delayed: 0 });
    expect(await sqs.counts(sqs.queueUrl)).toEqual(EMPTY);
  });

  it('sends back as many as it is told to', async () => {
    const { sqs } = world;
    const { code, stdout } = await run(sqs.deadLetterQueueUrl, '--to', sqs.queueUrl, '--limit', '1');
    expect({ code, last: stdout.trimEnd().split('\n').at(-1) }).toEqual({
      code: 0,
      last: `1 message sent back to ${sqs.queueUrl}.`,
    });
    expect(await sqs.counts(sqs.deadLetterQueueUrl)).toEqual({ visible: 2, inFlight: 0, delayed: 0 });
    const [message] = await sqs.peek(sqs.queueUrl);
    expect(message?.MessageAttributes).toBeUndefined();
    await consumer.drain();
    expect(await sqs.counts(sqs.deadLetterQueueUrl)).toEqual({ visible: 3, inFlight: 0, delayed: 0 });
  });

  it('does not send back for ever what fails again at once', async () => {
    const { sqs } = world;
    const letters = openDeadLetterQueue(sqs.deadLetterQueueUrl, sqs.queueUrl);
    const results: string[] = [];
    for await (const { result } of redrive(letters, { dryRun: false, limit: 100 })) {
      results.push(result);
      await consumer.drain();
    }
    expect(results).toEqual(['sent', 'sent', 'sent', 'returned', 'returned', 'returned']);
    expect(await sqs.counts(sqs.deadLetterQueueUrl)).toEqual({ visible: 3, inFlight: 0, delayed: 0 });
  });

  it('deletes nothing when the other queue does not take it', async () => {
    const { sqs } = world;
    const { code, stderr } = await run(sqs.deadLetterQueueUrl, '--to', `${sqs.endpoint}/000000000000/other`);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr:
        'objectferry: InvalidConfig: SQS cannot be asked: there is no such queue, check its address and region.\n',
    });
    expect(await sqs.counts(sqs.deadLetterQueueUrl)).toEqual({ visible: 3, inFlight: 0, delayed: 0 });
  });

  it('finds the queue they came from, and after the rule is mended their copies start', async () => {
    const { sqs } = world;
    world.setRules(EVERYTHING);
    const { code, stdout } = await run(await doorway([sqs.queueUrl]));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^[0-9a-f-]{36} {2}\S+Z {2}rule films\n {2}copyTo\.key makes .*\n {2}\{"events".*\n/m);
    // What others wrote does not reach the terminal as it is.
    expect(stdout).not.toContain('\u009b');
    expect(stdout).toContain('hello  31m world');
    expect(stdout).toContain(`3 messages sent back to ${sqs.queueUrl}.\n`);
    expect(await sqs.counts(sqs.deadLetterQueueUrl)).toEqual(EMPTY);
    expect(await consumer.drain()).toEqual({ received: 3, failed: 0 });
    await world.settled();
    expect(await world.executions('SUCCEEDED')).toHaveLength(2);
    const [letter, ...others] = await sqs.peek(sqs.deadLetterQueueUrl);
    expect(others).toEqual([]);
    expect(letter?.Body).toBe(NOT_JSON);
  });

  it.each([
    [[], 'No queue has their dead letters there: name the queue to send to with --to.'],
    [
      ['http://one/1/a', 'http://one/1/b'],
      '2 queues have their dead letters there: name the queue to send to with --to.',
    ],
  ])('asks which queue when there are %j', async (sources, sentence) => {
    const { code, stderr } = await run(await doorway(sources));
    expect({ code, stderr }).toEqual({ code: 2, stderr: `objectferry: InvalidRequest: ${sentence}\n` });
  });

  it('refuses what is no address of a queue', async () => {
    const { code, stdout } = await run('events', '--dry-run', '--json');
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      error: 'InvalidRequest',
      message: expect.stringMatching(/^"events" is/),
    });
  });

  it.each([
    ['http://127.0.0.1:9/1/queue', { AWS_REGION: 'eu-west-1', ...KEYS }, 1, /^ConnectionLost: .*ECONNREFUSED/],
    ['http://127.0.0.1:9/1/queue', KEYS, 2, /^InvalidConfig: .* names no region, set AWS_REGION\./],
    ['https://sqs.eu-west-1.amazonaws.com/1/queue', NO_KEYS, 2, /^InvalidConfig: .* there are no AWS credentials, set/],
  ])('says in a sentence why %s cannot be asked, case %#', async (url, env, exitCode, sentence) => {
    const { code, stderr } = await objectferry(['redrive', '--queue-url', url], { env });
    expect(code).toBe(exitCode);
    expect(stderr.replace(/^objectferry: /, '')).toMatch(sentence);
  });

  /** The queue of dead letters at a server that also knows whose they are, which ours does not. */
  async function doorway(queueUrls: readonly string[]): Promise<string> {
    const { sqs } = world;
    const server = createServer(async (request, response) => {
      const target = String(request.headers['x-amz-target']);
      if (target === 'AmazonSQS.ListDeadLetterSourceQueues') {
        response.setHeader('content-type', 'application/x-amz-json-1.0').end(JSON.stringify({ queueUrls }));
        return;
      }
      const chunks: Uint8Array[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const headers = { 'x-amz-target': target, 'content-type': 'application/x-amz-json-1.0' };
      const answer = await fetch(sqs.endpoint, { method: 'POST', headers, body: Buffer.concat(chunks) });
      response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' }).end(await answer.text());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const address = server.address();
    if (address === null || typeof address === 'string') return expect.fail('the server has no port');
    return `http://127.0.0.1:${address.port}${new URL(sqs.deadLetterQueueUrl).pathname}`;
  }
});
