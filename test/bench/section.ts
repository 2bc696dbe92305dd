/** Sections of the bench, in the order in which they run. */
export const SECTION_NAMES = [
  'handler',
  'growth',
  'machine',
  'emulator',
  'signing',
  'memory',
  'cold',
  'small-objects',
  'large-objects',
] as const;
export type SectionName = (typeof SECTION_NAMES)[number];

/** One number that is measured in every run. */
export interface Measure {
  readonly key: string;
  readonly label: string;
  /** Digits behind the point. */
  readonly digits: number;
  /** False for what is no cost, so that a ratio would say nothing. */
  readonly ratio?: false | undefined;
}

/** What came out of one run, by the keys of measures. */
export type Run = Readonly<Record<string, number>>;

/** Who was measured, and what came out in each run. */
export interface Subject {
  readonly name: string;
  readonly runs: readonly Run[];
}

/** One comparison: the first subject is ours, the others are what it is held against. */
export interface Section {
  readonly name: SectionName;
  /** Its heading, a colon, and what was measured. */
  readonly title: string;
  readonly measures: readonly Measure[];
  /** Empty when nothing could be measured: `absent` says why. */
  readonly subjects: readonly Subject[];
  /** Sentences about who is missing and why. */
  readonly absent: readonly string[];
}

/** How large a run is. */
export interface Settings {
  readonly quick: boolean;
  /** Rounds that count; one more is thrown away. */
  readonly runs: number;
  readonly handlerParts: number;
  readonly machineParts: number;
  readonly signatures: number;
  readonly coldLoads: number;
  /** Objects of 1 KiB and of 5 MiB. */
  readonly smallObjects: number;
  readonly largeObjects: number;
  /** Where every process leaves a CPU profile, if anywhere. */
  readonly profileDir: string | undefined;
}

/** Measures one section. */
export type Measurement = (settings: Settings) => Promise<Section>;

/** What a subject measured, run by run; empty when it does not have that measure. */
export function valuesOf({ runs }: Subject, key: string): number[] {
  return runs.map((run) => run[key]).filter((value) => value !== undefined);
}

/** Ours through theirs, each within one run, because a machine's mood changes between runs. */
export function ratiosOf(ours: Subject, theirs: Subject, key: string): number[] {
  return ours.runs
    .map((run, index) => (run[key] ?? Number.NaN) / (theirs.runs[index]?.[key] ?? Number.NaN))
    .filter((ratio) => Number.isFinite(ratio));
}
