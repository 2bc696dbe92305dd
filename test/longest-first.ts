import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Folders whose tests start processes, synthesize stacks or move much content; all the others take milliseconds. */
const LONG = /\/test\/(?:crash|docs|e2e|faults|hostile|infra|queue|simulation|conformance)\//;

/** Starts long files first, also where no earlier run has told how long they take: nothing long is left for the end. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isShort = ({ moduleId }: TestSpecification) => !LONG.test(moduleId);
    // Sorting is stable, and files of one project stay together.
    return sorted.sort((a, b) => (a.project === b.project ? Number(isShort(a)) - Number(isShort(b)) : 0));
  }
}
