import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseStores } from '@objectferry/shared/stores.ts';
import { expect, vi } from 'vitest';
import { main } from '#infra/local/cli/main.ts';
import { ExecutionsFolder } from '#infra/local/executions/folder.ts';
import { createLocalExecutions } from '#infra/local/executions/local-executions.ts';
import { type ExecutionRecord, pinnedOf } from '#infra/local/executions/record.ts';
import { copiesFolder } from '#infra/local/journal/journals.ts';
import { createLocalRuntime } from '#infra/local/runtime.ts';
import { readExecutions } from '#infra/local/uploads/serve-executions.ts';
import { EMULATED, type Emulator, storeFor } from '../emulators/catalogue.ts';
import type { FaultRule } from '../emulators/fault-plan.ts';

const MIB = 1024 * 1024;
const HOUR_MS = 3_600_000;

/** What a command left behind. */
interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** `objectferry uploads` before one emulator, with a state folder of its own. */
export interface UploadsBench extends AsyncDisposable {
  readonly emulator: Emulator;
  /** `store://bucket` of the destination. */
  readonly place: string;
  readonly stateFolder: string;
  readonly stores: string;
  readonly env: Readonly<Record<string, string>>;
  /** Runs `objectferry uploads …` in this process. */
  readonly uploads: (...args: readonly string[]) => Promise<Ended>;
  /** The same with `--json`, and its document. */
  readonly json: (...args: readonly string[]) => Promise<unknown>;
  /** Opens an upload that nobody here knows. */
  readonly stranger: (key: string, hoursOld?: number) => string;
  /** A copy of three parts behind `serve` whose last part is refused; keeps the two others. */
  readonly keptByServe: (key: string) => Promise<ExecutionRecord>;
  /** A journal of `copy` over an upload of its own. */
  readonly journal: (record: ExecutionRecord, key: string) => { readonly uploadId: string; readonly lock: Disposable };
  readonly openIds: () => readonly string[];
}

/** Starts it; its environment has to be that of the process. @param started Another emulator of that provider. */
export async function uploadsBench(name: string, started?: Emulator): Promise<UploadsBench> {
  const provider = EMULATED[name];
  if (provider === undefined) return expect.fail(`${name} is not emulated`);
  const [from, to] = provider.buckets;
  const emulator = started ?? (await provider.start({ buckets: provider.buckets }));
  const stateFolder = await mkdtemp(join(tmpdir(), 'objectferry-uploads-'));
  const stores = join(stateFolder, 'stores.json');
  const document = { stores: { [name]: storeFor(name, provider, emulator) } };
  await writeFile(stores, JSON.stringify(document));
  const [account] = emulator.accounts;
  const env = {
    [`${name.toUpperCase()}_ACCESS_KEY_ID`]: account?.accessKeyId ?? '',
    [`${name.toUpperCase()}_SECRET_ACCESS_KEY`]: account?.secretAccessKey ?? '',
    OBJECTFERRY_STATE_FOLDER: stateFolder,
  };
  const uploads = (...args: readonly string[]) => run(['uploads', ...args, '--stores', stores]);
  const stranger = (key: string, hoursOld = 0): string => {
    const upload = emulator.model.createUpload(to, key, { initiator: account?.accessKeyId ?? '' });
    upload.initiated.setTime(Date.now() - hoursOld * HOUR_MS);
    return upload.uploadId;
  };
  return {
    emulator,
    place: `${name}://${to}`,
    stateFolder,
    stores,
    env,
    uploads,
    json: async (...args) => JSON.parse((await uploads(...args, '--json')).stdout),
    stranger,
    keptByServe: async (key) => {
      const refused = { kind: 'status', status: 403, code: 'AccessDenied' } as const;
      const rules: FaultRule[] = [{ operation: 'UploadPartCopy', after: 2, fault: refused }];
      emulator.faults.setPlan({ seed: 1, rules });
      emulator.model.putVirtualObject(from, 'key', 3 * provider.partSizeMiB * MIB);
      const local = createLocalRuntime({ stores: parseStores(document), env, observe: () => undefined });
      const folder = join(stateFolder, 'executions');
      const { promise: ended, resolve } = Promise.withResolvers<void>();
      const executions = createLocalExecutions({
        runtime: local.runtime,
        folder,
        run: { retryIntervalMs: 1 },
        onChange: ({ state }) => state !== 'running' && resolve(),
      });
      const options = { onFailure: 'keep', partSizeMiB: provider.partSizeMiB, maxInFlight: 1 };
      const request = { source: `${name}://${from}/key`, destination: `${name}://${to}/${encodeURIComponent(key)}` };
      await executions.start({ id: 'kept', request: { ...request, options } });
      await ended;
      await executions.close();
      await local.close();
      emulator.faults.setPlan({ seed: 1, rules: [] });
      return readExecutions(folder)[0] ?? expect.fail('serve has written no record');
    },
    journal: (record, key) => {
      const uploadId = stranger(key, 30);
      const folder = join(copiesFolder(stateFolder), key);
      const lock = new ExecutionsFolder(folder);
      const destination = { store: name, bucket: to, key };
      const copy = { ...pinnedOf(record), destination, uploadId };
      const at = { state: record.at?.state ?? '', input: { copy } };
      const by = { pid: 1, command: `objectferry copy A ${key}` };
      const { version, request, startedAt, ranAt } = record;
      lock.create({ version, id: key, request, startedAt, ranAt, state: 'running', at, by });
      return { uploadId, lock };
    },
    openIds: () => emulator.model.openUploads(to).map(({ uploadId }) => uploadId),
    [Symbol.asyncDispose]: async () => {
      await emulator.close();
      await rm(stateFolder, { recursive: true });
    },
  };
}

async function run(args: readonly string[]): Promise<Ended> {
  const written = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((stream) =>
    vi.spyOn(process[stream], 'write').mockImplementation((text) => {
      written[stream] += String(text);
      return true;
    }),
  );
  try {
    return { code: await main(args), ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
