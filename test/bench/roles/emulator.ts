import * as v from 'valibot';
import { startOssEmulator } from '#test/emulators/oss/emulator.ts';
import { cpuMsSince } from '../measure.ts';
import { type Answer, type Served, ServerTask, type Taken } from '../messages.ts';

const SEED = 20_240_305;

let takePartCopies = (): number => 0;
let cpu = process.cpuUsage();

/** Serves the faithful emulator, signatures verified, until the process ends. It takes its time without any latency. */
export const answer: Answer = async (message): Promise<v.InferOutput<typeof Served> | Taken> => {
  const task = v.parse(ServerTask, message);
  if (task.kind === 'serve') {
    const emulator = await startOssEmulator({ buckets: ['raw', 'archive'], keepRequests: 10 });
    emulator.model.putVirtualObject('raw', 'key', task.objectBytes, SEED);
    takePartCopies = () => {
      const copies = emulator.requests.count('UploadPartCopy');
      emulator.requests.clear();
      return copies;
    };
    return { port: Number(new URL(emulator.endpoint).port) };
  }
  // Which parts they were is not asked here: the emulator itself completes nothing that lacks one.
  const copies = takePartCopies();
  const taken = { cpuMs: cpuMsSince(cpu), requests: copies, parts: copies, repeated: 0, bytes: 0, peakInFlight: 0 };
  cpu = process.cpuUsage();
  return taken;
};
