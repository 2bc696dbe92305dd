import { readdirSync, readFileSync } from 'node:fs';
import { normalise } from '@objectferry/shared/events/normalise.ts';
import * as v from 'valibot';
import { inputsOf, isNamed, type Target } from './target.ts';

const FOLDER = new URL('../../events-samples/', import.meta.url);
const Sample = v.object({ message: v.unknown() });

/** Notifications of every form, as they wait in the queue or among the dead letters. */
export function eventTargets(): readonly Target[] {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
  const messages = names.map((name) => {
    const { message } = v.parse(Sample, JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')));
    return [name, message] as const;
  });
  return [
    {
      name: 'events',
      inputs: inputsOf(Object.fromEntries(messages)),
      parse: (bytes) => {
        const { origin, created, ignored, rejected } = normalise(bytes.toString('utf8'));
        return { origin, created, ignored, rejected: rejected.map(({ message }) => message) };
      },
      refuses: isNamed('InvalidRequest'),
      // A list may name the same short thing a hundred times, and each is told in both readings of its key.
      growth: 16,
    },
  ];
}
