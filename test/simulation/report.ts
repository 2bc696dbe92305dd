import type { Outcome } from './simulate.ts';

/** Adds outcomes up for a person. */
export interface Report {
  readonly add: (outcome: Outcome) => void;
  /** Seeds whose promises were not kept, ascending. */
  readonly violated: () => readonly number[];
  readonly text: () => string;
}

/** Begins a report; the time runs from here. */
export function createReport(mutant: string | undefined): Report {
  const started = performance.now();
  const ends = new Map<string, number>();
  const known = new Map<string, number>();
  const violations: Outcome[] = [];
  const totals = { seeds: 0, requests: 0, seconds: 0 };
  const sorted = (): Outcome[] => violations.toSorted((a, b) => a.seed - b.seed);
  return {
    add: (outcome) => {
      totals.seeds += 1;
      totals.requests += outcome.requests;
      totals.seconds += outcome.seconds;
      count(ends, [outcome.status, outcome.error ?? ''].join(' ').trim());
      for (const fact of outcome.known) count(known, fact);
      if (outcome.violation !== undefined) violations.push(outcome);
    },
    violated: () => sorted().map(({ seed }) => seed),
    text: () =>
      [
        ...lines('Ends', ends),
        ...lines('Known and not cured', known),
        ...sorted().map((outcome) => said(outcome, mutant)),
        `${totals.seeds} seeds, ${violations.length} violations, ${totals.requests} requests, ` +
          `${Math.round(totals.seconds / 86_400)} days of simulated time, ` +
          `${((performance.now() - started) / 1000).toFixed(1)} s`,
        '',
      ].join('\n'),
  };
}

function count(tally: Map<string, number>, name: string): void {
  tally.set(name, (tally.get(name) ?? 0) + 1);
}

function lines(title: string, tally: ReadonlyMap<string, number>): string[] {
  const rows = [...tally].sort((a, b) => b[1] - a[1]).map(([name, times]) => `${String(times).padStart(8)}  ${name}`);
  return rows.length === 0 ? [] : [`${title}:`, ...rows];
}

function said({ seed, violation }: Outcome, mutant: string | undefined): string {
  const planted = mutant === undefined ? '' : ` --mutant '${mutant}'`;
  return `Seed ${seed}: ${violation?.invariant}: ${violation?.message}\n  replay: npm run simulate -- --seed ${seed} --trace${planted}`;
}
