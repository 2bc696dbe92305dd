import { Logger } from '@aws-lambda-powertools/logger';
import { CopyError } from '@objectferry/shared/errors.ts';
import { createTransport } from '@objectferry/shared/http/undici-transport.ts';
import { ENV } from '@objectferry/shared/naming.ts';
import type { CopyEvent, ProcessRuntime } from '@objectferry/shared/runtime.ts';
import { parseStores, type StoreConfigs } from '@objectferry/shared/stores.ts';
import { requireDeployable } from './deployable-stores.ts';
import { createExtension, type Extension } from './extension.ts';
import { createProcessRuntime } from './process-runtime.ts';
import { keepSecrets } from './secrets.ts';

export const logger = new Logger({ serviceName: 'objectferry' });

/** The runtime of a deployed handler, made once per cold start; the only place that reads the environment. */
export const lambdaRuntime = oncePerColdStart(start);

/** A setting that the stack gives to a function. @throws CopyError InvalidConfig */
export function setting(name: keyof typeof ENV): string {
  const value = optionalSetting(name);
  if (value !== undefined) return value;
  throw new CopyError('InvalidConfig', `The variable ${ENV[name]} is not set: deploy the stack again.`);
}

/** A setting that a deployment may leave out. */
export function optionalSetting(name: keyof typeof ENV): string | undefined {
  return process.env[ENV[name]] || undefined;
}

/**
 * The transport of this handler for stores and services. On Lambda it reaches no loopback address, where the runtime's
 * own API gives out events and takes answers.
 */
export const lambdaTransport = createTransport({ allowsLoopback: () => !isLambda() });
/** For the extension alone, which is on loopback. */
const extensionTransport = createTransport();

/** True on Lambda itself, where the runtime says so; not where its handlers run on somebody's machine. */
function isLambda(): boolean {
  return process.env['AWS_LAMBDA_RUNTIME_API'] !== undefined;
}

/** The extension of this handler. */
export const extension: Extension = {
  parameter: (name) => openExtension().parameter(name),
  secret: (id) => openExtension().secret(id),
};

/** Gives a secret from this process; the extension keeps none. */
export const readSecret = keepSecrets(extension.secret, Date.now);

// The environment is read when it is needed: a module may be loaded before it is complete.
function openExtension(): Extension {
  const port = process.env['PARAMETERS_SECRETS_EXTENSION_HTTP_PORT'] ?? '2773';
  return createExtension(extensionTransport, `http://localhost:${port}`, process.env['AWS_SESSION_TOKEN'] ?? '');
}

/** The stores file of this deployment, read once per cold start. */
export const lambdaStores = oncePerColdStart(readStores);

/** Keeps what was made, but no failure: the next invocation may find the parameter in place. */
function oncePerColdStart<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

async function readStores(): Promise<StoreConfigs> {
  const stores = parseStores(JSON.parse(await extension.parameter(setting('storesParameter'))));
  return isLambda() ? requireDeployable(stores) : stores;
}

async function start(): Promise<ProcessRuntime> {
  return createProcessRuntime({
    stores: await lambdaStores(),
    transport: lambdaTransport,
    env: process.env,
    readSecret,
    observe: log,
  });
}

function log(event: CopyEvent): void {
  // One line per part or range would cost more than the copy.
  if (event.type === 'part' || event.type === 'read') return;
  if (event.type === 'planned') logger.info('planned', { ...event });
  else if (event.type === 'warning') logger.warn('warning', { sentence: event.sentence });
  else logger.warn('retry', { name: event.error.name, reason: event.error.message, delayMs: event.delayMs });
}
