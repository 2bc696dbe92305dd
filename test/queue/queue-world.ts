import { createServer } from 'node:http';
import { type ExecutionStatus, paginateListExecutions } from '@aws-sdk/client-sfn';
import { ENV } from '@objectferry/shared/naming.ts';
import { expect, onTestFinished, vi } from 'vitest';
import { type Cloud, startCloud } from '../cloud.ts';
import { demoAwsAccount } from '../emulators/aws/step-functions.ts';
import { demoOssAccount } from '../emulators/oss/emulator.ts';
import type { WorldOptions } from '../world.ts';
import { type BatchHandler, type Polled, poll } from './event-source.ts';
import { type SqsServer, startSqsServer } from './sqs-server.ts';

/** A store, a Step Functions that copies in it, the queues, and the extension beside the handler. */
export interface QueueWorld extends AsyncDisposable {
  readonly cloud: Cloud;
  readonly sqs: SqsServer;
  /** The environment of the deployed handler. */
  readonly env: Readonly<Record<string, string>>;
  /** Deploys other rules. */
  readonly setRules: (rules: object) => void;
  /** Ids of all executions, or of those in one state. */
  readonly executions: (status?: ExecutionStatus) => Promise<readonly string[]>;
  /** Waits until no execution runs. */
  readonly settled: () => Promise<void>;
  /** A cold start of the deployed handler in this process, behind the queue. */
  readonly coldStart: () => Promise<Consumer>;
}

/** The deployed handler in this process, polled by hand. */
export interface Consumer {
  /** Lines of its log, parsed, newest last. */
  readonly logged: readonly Readonly<Record<string, unknown>>[];
  readonly poll: () => Promise<Polled>;
  /** Polls until nothing can be received. */
  readonly drain: () => Promise<Polled>;
}

export interface QueueWorldOptions extends WorldOptions {
  readonly rules?: object;
  readonly maxRunningCopies?: number;
  readonly visibilitySeconds?: number;
}

/** What arrives in `raw` is copied to `archive`. */
export const EVERYTHING = {
  everything: { when: { store: 'oss', bucket: 'raw' }, copyTo: { store: 'oss', bucket: 'archive' } },
};

/** Starts all of it. */
export async function startQueueWorld({
  rules = EVERYTHING,
  maxRunningCopies = 1000,
  visibilitySeconds = 60,
  ...options
}: QueueWorldOptions = {}): Promise<QueueWorld> {
  const cloud = await startCloud(options);
  const sqs = await startSqsServer(visibilitySeconds);
  const { emulator } = cloud;
  const extension = await startExtension(cloud, rules);
  const env = {
    PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: extension.port,
    AWS_SESSION_TOKEN: '',
    AWS_ACCESS_KEY_ID: demoAwsAccount.accessKeyId,
    AWS_SECRET_ACCESS_KEY: demoAwsAccount.secretAccessKey,
    AWS_REGION: emulator.region,
    AWS_ENDPOINT_URL_SFN: emulator.endpoint,
    AWS_ENDPOINT_URL_SQS: sqs.endpoint,
    POWERTOOLS_LOG_LEVEL: 'INFO',
    [ENV.storesParameter]: '/stores',
    [ENV.rulesParameter]: '/rules',
    [ENV.machineArn]: emulator.machineArn,
    [ENV.queueUrl]: sqs.queueUrl,
    [ENV.deadLetterQueueUrl]: sqs.deadLetterQueueUrl,
    [ENV.maxRunningCopies]: String(maxRunningCopies),
  };
  const executions = (status?: ExecutionStatus) => namesOf(cloud, status);
  return {
    cloud,
    sqs,
    env,
    setRules: extension.setRules,
    executions,
    settled: () => vi.waitFor(async () => expect(await executions('RUNNING')).toEqual([]), { timeout: 30_000 }),
    coldStart: async () => {
      for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
      vi.resetModules();
      const { handler } = await import('#functions/intake.ts');
      const logged: Record<string, unknown>[] = [];
      for (const stream of [process.stdout, process.stderr]) {
        const spy = vi.spyOn(stream, 'write').mockImplementation((chunk) => logged.push(JSON.parse(String(chunk))) > 0);
        onTestFinished(() => spy.mockRestore());
      }
      return { logged, ...consumerOf(sqs, handler) };
    },
    [Symbol.asyncDispose]: async () => {
      vi.unstubAllEnvs();
      await extension.close();
      await sqs[Symbol.asyncDispose]();
      await cloud[Symbol.asyncDispose]();
    },
  };
}

function consumerOf({ client, queueUrl, region }: SqsServer, handler: BatchHandler): Omit<Consumer, 'logged'> {
  const once = () => poll({ client, queueUrl, region, handler });
  return {
    poll: once,
    drain: async () => {
      let [received, failed] = [0, 0];
      for (let polled = await once(); polled.received > 0; polled = await once()) {
        received += polled.received;
        failed += polled.failed;
      }
      return { received, failed };
    },
  };
}

async function namesOf({ sfn, emulator }: Cloud, statusFilter?: ExecutionStatus): Promise<readonly string[]> {
  const names: string[] = [];
  const query = { stateMachineArn: emulator.machineArn, statusFilter };
  for await (const { executions = [] } of paginateListExecutions({ client: sfn, pageSize: 1000 }, query)) {
    names.push(...executions.map(({ name = '' }) => name));
  }
  return names;
}

/** The extension beside the handler, which gives it the stores, the rules and the keys of the store. */
async function startExtension({ world }: Cloud, rules: object) {
  const { accessKeyId, secretAccessKey } = demoOssAccount;
  const store = {
    provider: 'oss',
    region: world.oss.region,
    endpoint: world.oss.endpoint,
    addressing: 'path',
    credentials: { secret: 'objectferry/oss' },
    buckets: ['*'],
  };
  const parameters = new Map<string, object>([
    ['/stores', { stores: { oss: store } }],
    ['/rules', { rules }],
  ]);
  const server = createServer((request, response) => {
    const name = new URL(request.url ?? '', 'http://extension').searchParams.get('name') ?? '';
    const answer = request.url?.startsWith('/secretsmanager/')
      ? { SecretString: JSON.stringify({ accessKeyId, secretAccessKey }) }
      : { Parameter: { Value: JSON.stringify(parameters.get(name)) } };
    response.end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') return expect.fail('the extension has no port');
  return {
    port: String(address.port),
    setRules: (changed: object) => parameters.set('/rules', { rules: changed }),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
