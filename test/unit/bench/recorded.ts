import { GROWTH_PARTS, growthKey } from '../../bench/growth-parts.ts';
import { FLOOR, HANDLER_ALONE, OURS, SDK_DEFAULT, SDK_HANDLER, SDK_RAISED } from '../../bench/names.ts';
import type { Result } from '../../bench/result.ts';
import type { Section, SectionName, Subject } from '../../bench/section.ts';

function subject(name: string, run: Record<string, number>): Subject {
  // Three runs on a machine whose mood changes: ratios stay what they are.
  const mood = (factor: number) => Object.fromEntries(Object.entries(run).map(([key, value]) => [key, value * factor]));
  return { name, runs: [mood(1.2), run, mood(1.1)] };
}

function section(name: SectionName, subjects: readonly Subject[]): Section {
  const keys = Object.keys(subjects[0]?.runs[0] ?? {});
  const measures = keys.map((key) => ({ key, label: `${key} of ${name}`, digits: 3 }));
  return { name, title: `The ${name}: a title. And a sentence.`, measures, subjects, absent: [] };
}

function growing(name: string, secondsPerPart: number): Subject {
  const run = GROWTH_PARTS.map((parts) => [growthKey(parts), 0.1 + secondsPerPart * (parts - 10)]);
  return { name, runs: [Object.fromEntries(run)] };
}

/** A result as `--json` prints it, in which every row that it measured is reached. */
export function recordedResult(): Result {
  const sections: Section[] = [
    section('handler', [
      subject(OURS, { seconds: 4.4, cpuMsPerPart: 0.19 }),
      subject(FLOOR, { seconds: 4.2, cpuMsPerPart: 0.1 }),
      subject(SDK_DEFAULT, { seconds: 21, cpuMsPerPart: 0.8 }),
      subject(SDK_RAISED, { seconds: 7, cpuMsPerPart: 0.78 }),
    ]),
    section('growth', [growing(OURS, 0.00042), growing(FLOOR, 0.0004), growing(SDK_DEFAULT, 0.002)]),
    section('machine', [
      { name: OURS, runs: [{ seconds: 5, spans: 40, historyEvents: 306, largestStateBytes: 9000 }] },
      { name: HANDLER_ALONE, runs: [{ seconds: 4.4 }] },
    ]),
    section('memory', [
      subject('1,000 parts', { rssGrowthMiB: 20, rssPeakMiB: 142 }),
      subject('10,000 parts', { rssGrowthMiB: 28, rssPeakMiB: 150 }),
    ]),
    section('cold', [subject(OURS, { kib: 400, loadMs: 60 }), subject(SDK_HANDLER, { kib: 900, loadMs: 140 })]),
    {
      ...section('small-objects', []),
      absent: ['Ceph is not installed, so nothing was copied inside it: npm run ceph:install.'],
    },
  ];
  return JSON.parse(
    JSON.stringify({
      machine: { cores: 2, cpu: 'A & B <C>', memoryGiB: 8, platform: 'linux x64', node: 'v24.21.0', loadBefore: 0.1 },
      versions: { 'ali-oss': '6.23.0', Ceph: 'ceph version 16' },
      date: '2026-11-21',
      quick: false,
      runs: 3,
      seconds: 900,
      sections,
    }),
  );
}

/** The same with one number of ours multiplied in every run of a section. */
export function worsened(name: SectionName, measure: string, factor: number): Result {
  const result = recordedResult();
  return {
    ...result,
    sections: result.sections.map((one) =>
      one.name !== name
        ? one
        : {
            ...one,
            subjects: one.subjects.map((who) =>
              who.name !== OURS
                ? who
                : { ...who, runs: who.runs.map((run) => ({ ...run, [measure]: (run[measure] ?? 0) * factor })) },
            ),
          },
    ),
  };
}
