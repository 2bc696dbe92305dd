import { expect, test } from 'vitest';
import { weather } from './storm.ts';

test('10,000 duplicate and shuffled events start exactly the right executions; kill -9 of the consumers included', async () => {
  const report = await weather({ messages: 10_000, objects: 600, kills: 6, maxRunningCopies: 60, seed: 10_000 });
  expect(report.executions).toBe(800);
  expect(report.interrupted).toBeGreaterThan(0);
  process.stdout.write(`${JSON.stringify(report)}\n`);
});
