import type { Cell, Outcome } from './cell.ts';
import type { Bytes } from './fault.ts';

/** A copy that fails for ever gives up within so many requests and so long a wait: an outage is sat out for minutes. */
const MOST_REQUESTS = 400;
const LONGEST_WAIT_MS = 3_600_000;

/** Says in sentences what is not as it should be; nothing for a cell as expected. */
export function problemsOf({ spec, expected, provider }: Cell, outcome: Outcome): string[] {
  const { result, message, bytes, orphans, hits, requests, waitMs } = outcome;
  const said = message === '' ? '' : ` (${message})`;
  const wanted = expectedBytes(expected);
  const least = result === 'ok' ? (spec.waitsMs?.(provider) ?? 0) : 0;
  return [
    ...(result === expected.result ? [] : [`expected ${expected.result}, got ${result}${said}`]),
    ...(result === 'ok' && bytes === 'wrong' ? ['a wrong object was reported as right'] : []),
    ...(bytes === wanted ? [] : [`the destination should be ${wanted}, but is ${bytes}`]),
    ...(orphans === 0 ? [] : [`${orphans} upload(s) were left behind`]),
    ...(hits > 0 ? [] : ['the fault never happened']),
    ...(requests <= MOST_REQUESTS ? [] : [`${requests} requests were sent, more than ${MOST_REQUESTS}`]),
    ...(waitMs <= LONGEST_WAIT_MS ? [] : [`it would have waited ${waitMs} ms, more than ${LONGEST_WAIT_MS}`]),
    ...(waitMs >= least ? [] : [`it waited ${waitMs} ms, although it was asked to wait ${least}`]),
  ];
}

/** What the destination should hold. */
export function expectedBytes({ result, bytes }: Cell['expected']): Bytes {
  return bytes ?? (result === 'ok' ? 'right' : 'untouched');
}
