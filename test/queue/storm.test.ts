import { expect, test } from 'vitest';
import { weather } from './storm.ts';

// `npm run test:queue` does the same with 10,000 events.
test('duplicate and shuffled events start exactly the right executions, although the consumers are killed', async () => {
  const report = await weather({ messages: 400, objects: 60, kills: 2, maxRunningCopies: 20, seed: 4 });
  expect(report.executions).toBe(80);
  expect(report.interrupted).toBeGreaterThan(0);
});
