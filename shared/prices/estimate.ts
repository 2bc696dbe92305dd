import {
  partsCopySeconds,
  partsSeconds,
  type Rate,
  requestSeconds,
  type Seconds,
  type Shape,
  wholeCopySeconds,
} from '../copy/plan-time.ts';
import { type RunDollars, runDollars } from './aws.ts';
import { countRun, type TaskSeconds, taskSeconds } from './machine.ts';
import { roundsOf } from './part-cost.ts';
import { countRequests, type RequestCount, type RequestFacts } from './requests.ts';
import { type RequestPrices, requestDollars } from './tables.ts';

/** What one span receives of each side, in bytes a second, when both sides are read back. */
const READ_BYTES_PER_SECOND = 37_000_000;

/** What a copy is going to do. */
export interface EstimateInput {
  /** Bytes. */
  readonly size: number;
  readonly strategy: 'whole' | 'parts';
  /** Of one request: one part, one span. */
  readonly shape: Shape;
  readonly rate: Rate;
  readonly prices: RequestPrices;
  readonly facts: Omit<RequestFacts, 'strategy' | 'partCount' | 'spanCount' | 'rounds'>;
  /** Spans that read both sides back; 0 where nothing is read. */
  readonly readSpanCount: number;
}

export interface EstimateDollars extends RunDollars {
  /** The provider's. */
  readonly requests: number;
  readonly total: number;
}

/** What a copy is going to take, when nothing has to be repeated. */
export interface Estimate {
  readonly size: number;
  readonly strategy: 'whole' | 'parts';
  readonly shape: Shape;
  readonly requests: readonly RequestCount[];
  readonly dollars: EstimateDollars;
  readonly seconds: Seconds;
  readonly transitions: number;
  readonly invocations: number;
  /** Of 25,000. */
  readonly historyEvents: number;
}

/** Adds up requests, states, functions and time of a copy. Pure: equal input, equal estimate. */
export function estimate(input: EstimateInput): Estimate {
  const { size, strategy, shape, rate, prices, facts, readSpanCount } = input;
  const copying = strategy === 'parts' ? partsSeconds(size, shape, rate).expected : requestSeconds(size, rate);
  const reading = readSpanCount === 0 ? 0 : size / (READ_BYTES_PER_SECOND * readSpanCount);
  const { partCount, spanCount } = shape;
  const rounds = strategy === 'parts' ? roundsOf(copying) : 1;
  const readRounds = readSpanCount === 0 ? 0 : roundsOf(reading);
  const requests = countRequests({ ...facts, strategy, partCount, spanCount, rounds });
  const counts = countRun({ strategy, spanCount, rounds, readSpanCount, readRounds });
  const small = smallRequests(requests) * rate.secondsPerRequest;
  const tasks: TaskSeconds[] = [
    taskSeconds('Initiate', 1, small / 2),
    ...(strategy === 'parts'
      ? [
          taskSeconds('CopySpan', spanCount * rounds, spanCount * (copying + rounds * rate.secondsPerRequest)),
          taskSeconds('Complete', rounds, small / 2),
        ]
      : [taskSeconds('CopyWhole', 1, small / 2 + copying)]),
    taskSeconds('VerifySpan', readSpanCount * readRounds, readSpanCount * reading),
    taskSeconds('Prove', readRounds, 0),
  ];
  const run = runDollars(counts, tasks);
  const paid = requests.reduce((sum, { kind, count }) => sum + count * requestDollars(prices, kind), 0);
  const seconds = strategy === 'parts' ? partsCopySeconds(size, shape, rate) : wholeCopySeconds(size, rate);
  return {
    size,
    strategy,
    shape,
    requests,
    dollars: { requests: paid, ...run, total: paid + run.transitions + run.invocations + run.duration },
    seconds: { best: seconds.best + reading, expected: seconds.expected + reading },
    ...counts,
  };
}

/** Those that copy no bytes and read none, and are sent one after another; every span lists by itself. */
function smallRequests(requests: readonly RequestCount[]): number {
  const large = ['UploadPartCopy', 'CopyObject', 'GetObject', 'ListParts'];
  return requests.reduce((sum, { operation, count }) => (large.includes(operation) ? sum : sum + count), 0);
}
