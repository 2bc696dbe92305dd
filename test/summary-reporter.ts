import type { Reporter, TestModule } from 'vitest/node';

/** Ends a run with one line that a script can read: how many tests passed, failed and were skipped. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const states = modules.flatMap((module) => [...module.children.allTests()].map((test) => test.result().state));
    const count = (state: string): number => states.filter((each) => each === state).length;
    // A file that does not even load has no tests to count, but it has failed.
    const broken = modules.filter((module) => module.errors().length > 0).length;
    process.stdout.write(
      `\nTests: ${count('passed')} passed, ${count('failed') + broken} failed, ${count('skipped')} skipped\n`,
    );
  }
}
