import type * as v from 'valibot';
import { SigningCost } from '../messages.ts';
import { ALI_OSS, OURS } from '../names.ts';
import { startWorker } from '../processes.ts';
import type { Section, Settings } from '../section.ts';

/** Our signers against those of ali-oss. */
export async function measureSigning({ runs, signatures, profileDir }: Settings): Promise<Section> {
  const costs: v.InferOutput<typeof SigningCost>[] = [];
  for (let run = 0; run < runs; run += 1) {
    await using worker = await startWorker('signing', { profileDir });
    costs.push(await worker.ask(SigningCost, { signatures }));
  }
  return {
    name: 'signing',
    title: `Signing by OSS: microseconds of CPU for one signature, over ${signatures.toLocaleString('en')} part copies.`,
    measures: [
      { key: 'v4', label: 'V4', digits: 1 },
      { key: 'v1', label: 'V1', digits: 1 },
    ],
    subjects: [
      { name: OURS, runs: costs.map(({ v4, v1 }) => ({ v4: v4.objectferry, v1: v1.objectferry })) },
      { name: ALI_OSS, runs: costs.map(({ v4, v1 }) => ({ v4: v4.aliOss, v1: v1.aliOss })) },
    ],
    absent: [],
  };
}
