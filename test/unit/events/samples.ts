import { readdirSync, readFileSync } from 'node:fs';
import * as v from 'valibot';

const Sample = v.strictObject({
  source: v.pipe(v.string(), v.url()),
  note: v.optional(v.string()),
  message: v.union([v.string(), v.record(v.string(), v.unknown())]),
  created: v.array(v.record(v.string(), v.unknown())),
  ignored: v.number(),
  rejected: v.number(),
});

/** A recorded notification and what has to be read from it. */
export interface Sample extends v.InferOutput<typeof Sample> {
  readonly name: string;
  /** The message as it waits in the queue. */
  readonly text: string;
}

const folder = new URL('../../events-samples/', import.meta.url);

/** Every recorded notification. */
export const SAMPLES: readonly Sample[] = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => {
    const sample = v.parse(Sample, JSON.parse(readFileSync(new URL(name, folder), 'utf8')));
    const text = typeof sample.message === 'string' ? sample.message : JSON.stringify(sample.message);
    return { ...sample, name: name.replace('.json', ''), text };
  });
