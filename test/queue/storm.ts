import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { seededBytes } from '../world.ts';
import { asBase64, asCloudEvent, asJson, asUploadStep, type EventObject } from './oss-events.ts';
import { type QueueWorld, startQueueWorld } from './queue-world.ts';
import { type SeededChoice, seededChoice } from './seeded-choice.ts';

/** How many messages come, about how many objects, and how often all consumers are killed meanwhile. */
export interface Storm {
  readonly messages: number;
  readonly objects: number;
  readonly kills: number;
  /** Copies that may run at a time before events have to wait. */
  readonly maxRunningCopies: number;
  readonly seed: number;
}

/** What happened besides what was to happen. */
export interface StormReport {
  readonly executions: number;
  /** Messages that were received and not deleted when their consumer was killed. */
  readonly interrupted: number;
  /** How often a message had to wait for its turn. */
  readonly deferrals: number;
}

const CONSUMERS = 2;
const VISIBILITY_SECONDS = 60;
const LONGEST_DELAY_SECONDS = 900;

// Films are copied twice, by two rules.
const RULES = {
  all: {
    when: { store: 'oss', bucket: 'raw' },
    copyTo: { store: 'oss', bucket: 'archive', key: 'all/{key}' },
  },
  films: {
    when: { store: 'oss', bucket: 'raw', prefix: 'films/', suffix: '.mov' },
    copyTo: { store: 'oss', bucket: 'archive', key: 'films/{rest}' },
  },
};

/**
 * Sends events, most of them duplicates and none in order, through the queue to the deployed handler, whose processes
 * are killed again and again, and requires that exactly the right executions were started, each once, and every copy is
 * there.
 */
export async function weather({ messages, objects, kills, maxRunningCopies, seed }: Storm): Promise<StormReport> {
  const random = seededChoice(seed);
  await using world = await startQueueWorld({
    rules: RULES,
    maxRunningCopies,
    visibilitySeconds: VISIBILITY_SECONDS,
  });
  const { model } = world.cloud.world.oss;
  const keys = Array.from({ length: objects }, (_, index) => keyOf(index));
  for (const [index, key] of keys.entries()) model.putObject('raw', key, seededBytes(64, index + 1));
  const expected = expectedIds(world, keys);

  await world.sqs.send(messagesAbout(keys, messages, random));
  const { interrupted, deferrals } = await consumeAll(world, { messages, kills, random });
  await world.settled();

  const started = await world.executions();
  // A list and not a set: an execution that was started twice would stand there twice.
  expect([...started].sort()).toEqual([...expected.keys()].sort());
  expect((await world.executions('SUCCEEDED')).length).toBe(expected.size);
  for (const [id, { key, copy }] of expected) {
    const [source, made] = [model.getObject('raw', key), model.getObject('archive', copy)];
    expect(made?.content.toBuffer(), id).toEqual(source?.content.toBuffer());
  }
  expect(await world.sqs.counts(world.sqs.deadLetterQueueUrl)).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  return { executions: started.length, interrupted, deferrals };
}

function keyOf(index: number): string {
  return index % 3 === 0 ? `films/${index}.mov` : `other/${index} &+%é.bin`;
}

/**
 * Most objects once, so that a message which is lost is missed; the others again and again, and noise, in several forms,
 * shuffled.
 */
function messagesAbout(keys: readonly string[], count: number, random: SeededChoice): readonly string[] {
  const about = (key: string): EventObject => ({ bucket: 'raw', key });
  const popular = keys.slice(0, Math.ceil(keys.length / 3));
  const any = () => about(random.pick(popular));
  const forms = [
    () => asJson(any()),
    () => asBase64(any()),
    () => asCloudEvent(any()),
    () => asJson(any(), any(), any()),
    () => asUploadStep(any()),
    () => asJson({ ...any(), bucket: 'elsewhere' }),
  ];
  const first = keys.map((key) => asJson(about(key)));
  const rest = Array.from({ length: count - first.length }, () => random.pick(forms)());
  return random.shuffled([...first, ...rest]);
}

/** By the words of the design: a hash of the rule, the very content of the source, and the destination. */
function expectedIds(world: QueueWorld, keys: readonly string[]) {
  const expected = new Map<string, { readonly key: string; readonly copy: string }>();
  for (const key of keys) {
    const object = world.cloud.world.oss.model.getObject('raw', key);
    if (object === undefined) throw new Error(`${key} is not there.`);
    // HTTP tells times in seconds.
    const modified = new Date(Math.floor(object.lastModified.getTime() / 1000) * 1000).toISOString();
    const identity = [object.etag.replaceAll('"', '').toLowerCase(), modified];
    const copies = [['all', `all/${key}`], ...(key.startsWith('films/') ? [['films', key]] : [])] as const;
    for (const [rule = '', copy = ''] of copies) {
      const text = JSON.stringify([rule, 'oss', 'raw', key, identity, 'oss', 'archive', copy]);
      expected.set(`event-${createHash('sha256').update(text).digest('hex').slice(0, 32)}`, { key, copy });
    }
  }
  return expected;
}

interface Consuming {
  readonly messages: number;
  readonly kills: number;
  readonly random: SeededChoice;
}

async function consumeAll({ sqs, env }: QueueWorld, { messages, kills, random }: Consuming) {
  let received = 0;
  let deferrals = 0;
  const launch = () =>
    startConsumer([sqs.queueUrl, sqs.region], env, (line) => {
      if (line.includes('"received"')) received += JSON.parse(line).received;
      if (line.includes('"event deferred"')) deferrals += 1;
    });
  const kill = async (consumers: readonly Consumer[]) => {
    for (const { process } of consumers) process.kill('SIGKILL');
    await Promise.all(consumers.map(({ ended }) => ended));
  };
  let consumers = Array.from({ length: CONSUMERS }, launch);
  let interrupted = 0;
  try {
    for (let time = 1; time <= kills; time += 1) {
      const progress = (messages * time) / (kills + 1);
      while (received < progress) await setTimeout(5);
      await setTimeout(random.below(40));
      // In the middle of a batch, which is where it hurts.
      while ((await sqs.counts(sqs.queueUrl)).inFlight === 0) await setTimeout(1);
      await kill(consumers);
      const { inFlight } = await sqs.counts(sqs.queueUrl);
      interrupted += inFlight;
      // What they held is visible again.
      await sqs.pass(VISIBILITY_SECONDS);
      consumers = Array.from({ length: CONSUMERS }, launch);
    }
    await emptied(sqs);
  } finally {
    await kill(consumers);
  }
  return { interrupted, deferrals };
}

/** Waits until the queue is empty; what waits for its turn there does not wait long, by the server's clock. */
async function emptied({ counts, queueUrl, pass }: QueueWorld['sqs']): Promise<void> {
  for (;;) {
    const { visible, inFlight, delayed } = await counts(queueUrl);
    if (visible + inFlight + delayed === 0) return;
    if (visible + inFlight === 0) await pass(LONGEST_DELAY_SECONDS);
    await setTimeout(50);
  }
}

interface Consumer {
  readonly process: ChildProcess;
  readonly ended: Promise<unknown>;
}

function startConsumer(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  onLine: (line: string) => void,
): Consumer {
  const script = fileURLToPath(import.meta.resolve('./consumer-process.ts'));
  const child = spawn(process.execPath, [script, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
  return { process: child, ended: new Promise((resolve) => child.once('close', resolve)) };
}
