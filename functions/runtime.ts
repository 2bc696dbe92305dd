import { Logger } from '@aws-lambda-powertools/logger';
import { CopyError } from '@objectferry/shared/errors.ts';
import { createTransport } from '@objectferry/shared/http/undici-transport.ts';
import { ENV } from '@objectferry/shared/naming.ts';
import type { CopyEvent, ProcessRuntime } from '@objectferry/shared/runtime.ts';
import { parseStores } from '@objectferry/shared/stores.ts';
import { createExtension } from './extension.ts';
import { createProcessRuntime } from './process-runtime.ts';

export const logger = new Logger({ serviceName: 'objectferry' });

let started: Promise<ProcessRuntime> | undefined;

/** The runtime of a deployed handler, made once per cold start; the only place that reads the environment. */
export function lambdaRuntime(): Promise<ProcessRuntime> {
  started ??= start().catch((error: unknown) => {
    // The next invocation may find the parameter in place.
    started = undefined;
    throw error;
  });
  return started;
}

async function start(): Promise<ProcessRuntime> {
  const transport = createTransport();
  const port = process.env['PARAMETERS_SECRETS_EXTENSION_HTTP_PORT'] ?? '2773';
  const token = process.env['AWS_SESSION_TOKEN'] ?? '';
  const extension = createExtension(transport, `http://localhost:${port}`, token);
  const name = process.env[ENV.storesParameter];
  if (name === undefined) {
    throw new CopyError('InvalidConfig', `The variable ${ENV.storesParameter} is not set: deploy the stack again.`);
  }
  return createProcessRuntime({
    stores: parseStores(JSON.parse(await extension.parameter(name))),
    transport,
    env: process.env,
    readSecret: extension.secret,
    observe: log,
  });
}

function log(event: CopyEvent): void {
  // One line per part would cost more than the copy.
  if (event.type === 'part') return;
  if (event.type === 'planned') logger.info('planned', { ...event });
  else logger.warn('retry', { name: event.error.name, reason: event.error.message, delayMs: event.delayMs });
}
