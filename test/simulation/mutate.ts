import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { type Edit, MUTANTS, type Mutant } from './mutants.ts';

const TOP = new URL('../../', import.meta.url);

/**
 * Plants a bug: from now on its files are loaded with it.
 *
 * @throws RangeError for a mutant that nobody knows, or whose place is not there any more.
 */
export function applyMutant(name: string): void {
  const mutant = MUTANTS.find((one) => one.name === name);
  if (mutant === undefined) throw new RangeError(`There is no mutant "${name}".`);
  requireFresh(mutant);
  registerHooks({
    load: (url, context, nextLoad) => {
      const loaded = nextLoad(url, context);
      const edits = mutant.edits.filter(({ file }) => new URL(file, TOP).href === url);
      if (edits.length === 0) return loaded;
      const source = edits.reduce(
        (text, { find, replace }) => text.replace(find, () => replace),
        String(loaded.source),
      );
      return { ...loaded, source };
    },
  });
}

/** @throws RangeError when a text that a mutant changes does not stand in its file exactly once. */
export function requireFresh({ name, edits }: Mutant): void {
  for (const edit of edits) {
    const times = timesIn(edit);
    if (times === 1) continue;
    throw new RangeError(`The mutant "${name}" is stale: what it changes stands ${times} times in ${edit.file}.`);
  }
}

function timesIn({ file, find }: Edit): number {
  return readFileSync(new URL(file, TOP), 'utf8').split(find).length - 1;
}
