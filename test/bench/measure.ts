import type { Cost } from './messages.ts';

// One sample costs 0.1 ms, which the floor would feel.
const SAMPLE_MS = 25;
const MIB = 2 ** 20;

/** Runs something once and says what this process spent on it. */
export async function measured<Result>(work: () => Promise<Result>): Promise<{ result: Result; cost: Cost }> {
  const rssStart = process.memoryUsage.rss();
  let rssPeak = rssStart;
  const sample = () => {
    rssPeak = Math.max(rssPeak, process.memoryUsage.rss());
  };
  // Not `maxRSS`: a child of fork inherits its parent's peak there.
  const sampler = setInterval(sample, SAMPLE_MS);
  const cpuBefore = process.cpuUsage();
  const started = performance.now();
  try {
    const result = await work();
    const seconds = (performance.now() - started) / 1000;
    const cpuMs = cpuMsSince(cpuBefore);
    sample();
    const [rssStartMiB, rssPeakMiB] = [rssStart / MIB, rssPeak / MIB];
    return { result, cost: { seconds, cpuMs, rssStartMiB, rssPeakMiB, rssGrowthMiB: rssPeakMiB - rssStartMiB } };
  } finally {
    clearInterval(sampler);
  }
}

/** Milliseconds of user and system time since a reading of `process.cpuUsage()`. */
export function cpuMsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
