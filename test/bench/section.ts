/** One number that is measured in every run. */
export interface Measure {
  readonly key: string;
  readonly label: string;
  /** Digits behind the point. */
  readonly digits: number;
  /** False for what is no cost, so that a ratio would say nothing. */
  readonly ratio?: false;
}

/** Who was measured, and what came out in each run. */
export interface Subject {
  readonly name: string;
  readonly runs: readonly Readonly<Record<string, number>>[];
}

/** One comparison: the first subject is ours, the others are what it is held against. */
export interface Section {
  readonly title: string;
  readonly measures: readonly Measure[];
  readonly subjects: readonly Subject[];
}

/** How large a run is. */
export interface Settings {
  readonly runs: number;
  readonly spanParts: number;
  readonly machineParts: number;
  readonly signatures: number;
  /** Where every process leaves a CPU profile, if anywhere. */
  readonly profileDir: string | undefined;
}

/** The middle of some numbers; undefined of none. */
export function median(numbers: readonly number[]): number | undefined {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}

/** What a subject measured, run by run; empty when it does not have that measure. */
export function valuesOf({ runs }: Subject, key: string): number[] {
  return runs.map((run) => run[key]).filter((value) => value !== undefined);
}

/** Ours through theirs, each within one run, because a machine's mood changes between runs. */
export function ratiosOf(ours: Subject, theirs: Subject, key: string): number[] {
  const others = valuesOf(theirs, key);
  return valuesOf(ours, key)
    .map((value, run) => value / (others[run] ?? Number.NaN))
    .filter((ratio) => Number.isFinite(ratio));
}
