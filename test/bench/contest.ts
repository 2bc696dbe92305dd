import type { Run, Subject } from './section.ts';

/** Somebody who is measured. */
export interface Contender {
  readonly name: string;
  /**
   * Runs once. Round 0 is for warming up whatever they share, and thrown away: a server that just started is slow, and
   * only the first would pay for it.
   */
  readonly run: (round: number) => Promise<Run>;
  /** True for one whose failure is told instead of failing the bench: it is not ours to mend. */
  readonly optional?: boolean | undefined;
}

/** What a contest came to. */
export interface Outcome {
  readonly subjects: readonly Subject[];
  /** Sentences about who gave up. */
  readonly absent: readonly string[];
}

/** Lets contenders run in turns, one at a time, another one beginning in every round. */
export async function contest(rounds: number, contenders: readonly Contender[]): Promise<Outcome> {
  const absent: string[] = [];
  const runs = new Map<Contender, Run[]>(contenders.map((contender) => [contender, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const contender of inTurn(contenders, round)) {
      const earlier = runs.get(contender);
      if (earlier === undefined) continue;
      const run = await runOnce(contender, round);
      if (typeof run === 'string') {
        runs.delete(contender);
        absent.push(run);
      } else if (round > 0) earlier.push(run);
    }
  }
  return { subjects: [...runs].map(([{ name }, ran]) => ({ name, runs: ran })), absent };
}

/** Another one begins in every round. */
function inTurn(contenders: readonly Contender[], round: number): Contender[] {
  const first = round % Math.max(1, contenders.length);
  return [...contenders.slice(first), ...contenders.slice(0, first)];
}

/** @returns what came out, or a sentence when a contender gives up that may. */
async function runOnce({ name, optional, run }: Contender, round: number): Promise<Run | string> {
  try {
    return await run(round);
  } catch (error) {
    if (!optional) throw error;
    return `${name} gave up: ${reasonOf(error)}`;
  }
}

function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : `${error}`).split('\n', 1)[0] ?? '';
}
