import { parseStores } from '@objectferry/shared/stores.ts';
import { createLocalExecutions } from '#infra/local/executions/local-executions.ts';
import { createLocalRuntime } from '#infra/local/runtime.ts';

/**
 * A process that runs executions until it is killed: `node executions-process.ts JOB`, the job as JSON. SIGUSR2 stops
 * all of them, and says so on stdout once that is written down.
 */
const { folder, stores, env, maxRunning, copies } = JSON.parse(process.argv[2] ?? '{}');
const { runtime } = createLocalRuntime({ stores: parseStores(stores), env, observe: () => undefined });
const executions = createLocalExecutions({ runtime, folder, maxRunning, run: { stopGraceMs: 50 } });
for (const [id, request] of Object.entries(copies)) await executions.start({ id, request });
process.stdout.write('started\n');
process.on('SIGUSR2', async () => {
  for (const id of Object.keys(copies)) await executions.stop(id, 'asked for');
  process.stdout.write('stopping\n');
});
