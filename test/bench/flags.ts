import { parseArgs } from 'node:util';
import { SECTION_NAMES, type SectionName } from './section.ts';

/** What is said to somebody who made a mistake in the flags. */
export const USAGE = `npm run bench -- [--quick] [--only NAME] [--json] [--profile DIR] [--from FILE]

  without flags  everything, under 20 minutes; writes docs/benchmarks.md and docs/benchmarks.svg
  --quick        fewer parts and sections, under two minutes; writes nothing, and fails when a ratio is more than twice
                 the one in test/bench/budgets.ts
  --only NAME    one section, which writes nothing: ${SECTION_NAMES.join(', ')}
  --json         every run as JSON instead of tables
  --profile DIR  leave a CPU profile of every process in DIR; the numbers are worth nothing then
  --from FILE    write the page anew from what --json has printed`;

/** What the bench was asked for. */
export interface Flags {
  readonly quick: boolean;
  readonly json: boolean;
  readonly only: SectionName | undefined;
  readonly profile: string | undefined;
  readonly from: string | undefined;
}

/** Undefined for a mistake. */
export function readFlags(argv: readonly string[]): Flags | undefined {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        quick: { type: 'boolean' },
        json: { type: 'boolean' },
        only: { type: 'string' },
        profile: { type: 'string' },
        from: { type: 'string' },
      },
    });
    const { quick = false, json = false, only, profile, from } = values;
    const section = SECTION_NAMES.find((name) => name === only);
    return only !== undefined && section === undefined ? undefined : { quick, json, only: section, profile, from };
  } catch {
    return undefined;
  }
}
