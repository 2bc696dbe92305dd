import { controlPlaneShare } from './dollars.ts';
import {
  AWS_CLI,
  BOTO3,
  FLOOR,
  HANDLER_ALONE,
  OURS,
  RCLONE,
  S4CMD,
  SDK_DEFAULT,
  SDK_HANDLER,
  SDK_RAISED,
} from './names.ts';
import type { SectionName } from './section.ts';

/** What a number may be at most, and where the number comes from. */
export interface Budget {
  readonly section: SectionName;
  readonly measure: string;
  readonly subject: string;
  /** The number is a ratio to the least of these, within each run; absent: it stands for itself. */
  readonly against?: readonly string[];
  /** Makes the number of what was measured, run by run. */
  readonly calculate?: (runs: readonly number[]) => number[];
  /** How the number is called in the table, after it. */
  readonly label: string;
  readonly most: number;
  /** As somebody says the bound, where it is not `most` itself. */
  readonly bound?: string;
  /** What `--quick` measured when this was written: it fails at twice as much. Ratios only, machines differ. */
  readonly quick?: number;
}

/** A row that the project set itself. */
export interface Row {
  readonly what: string;
  readonly budgets: readonly Budget[];
}

function dollarsBy(provider: 's3' | 'oss') {
  return (spans: readonly number[]): number[] => spans.map((count) => controlPlaneShare(provider, count));
}

const TOOL_NAMES = [BOTO3, AWS_CLI, S4CMD, RCLONE];

const handler = (measure: string) => ({ section: 'handler', measure, subject: OURS }) as const;
const cold = (measure: string) => ({ section: 'cold', measure, subject: OURS, against: [SDK_HANDLER] }) as const;

const dollars = (provider: 's3' | 'oss', label: string) =>
  ({ section: 'machine', measure: 'spans', subject: OURS, calculate: dollarsBy(provider), label, most: 0.1 }) as const;

/** Everything that has to be reached; ratios are ours through theirs, so less is better. */
export const ROWS: readonly Row[] = [
  {
    what: '10,000 parts, 100 ms each, one handler, 256 in flight: wall time',
    budgets: [
      { ...handler('seconds'), against: [FLOOR], label: 'x the bare node:http floor', most: 1.15, quick: 1.5 },
      {
        ...handler('seconds'),
        against: [SDK_DEFAULT],
        label: 'x AWS SDK v3 as shipped',
        most: 1 / 3,
        bound: '1/3',
        quick: 0.4,
      },
    ],
  },
  {
    what: 'CPU per part, signing and parsing included',
    budgets: [
      { ...handler('cpuMsPerPart'), label: 'ms', most: 0.25 },
      {
        ...handler('cpuMsPerPart'),
        against: [SDK_DEFAULT, SDK_RAISED],
        label: 'x AWS SDK v3, whichever of its settings takes less',
        most: 1 / 3,
        bound: '1/3',
        quick: 0.37,
      },
    ],
  },
  {
    what: '10,000 parts through the whole local machine, 40 spans: wall time',
    budgets: [
      {
        section: 'machine',
        measure: 'seconds',
        subject: OURS,
        against: [HANDLER_ALONE],
        label: 'x the handler alone',
        most: 1.3,
        quick: 1.1,
      },
    ],
  },
  {
    what: 'Objects of 5 MiB inside Ceph RGW, 16 at a time: wall time',
    budgets: [
      {
        section: 'large-objects',
        measure: 'seconds',
        subject: OURS,
        against: TOOL_NAMES,
        label: 'x the fastest of boto3, aws-cli, s4cmd and rclone',
        most: 1,
      },
    ],
  },
  {
    what: '1,000 objects of 1 KiB inside Ceph RGW, 16 at a time: wall time',
    budgets: [
      {
        section: 'small-objects',
        measure: 'seconds',
        subject: OURS,
        against: TOOL_NAMES,
        label: 'x the fastest of boto3, aws-cli, s4cmd and rclone',
        most: 1 / 1.2,
        bound: '1/1.2',
      },
    ],
  },
  {
    what: 'Memory of a handler, 10,000 parts',
    budgets: [
      { section: 'memory', measure: 'rssGrowthMiB', subject: '10,000 parts', label: 'MiB above idle', most: 40 },
      {
        section: 'memory',
        measure: 'rssPeakMiB',
        subject: '10,000 parts',
        against: ['1,000 parts'],
        label: 'x the peak with 1,000 parts',
        most: 1.1,
      },
    ],
  },
  {
    what: 'Cold start of CopySpan, against a handler by AWS SDK v3 that does the same call',
    budgets: [
      { ...cold('kib'), label: 'x its bundle', most: 0.5, quick: 0.9 },
      { ...cold('loadMs'), label: 'x its load time', most: 0.5, quick: 0.7 },
    ],
  },
  {
    what: 'What the machine takes for 10,000 parts in 40 spans',
    budgets: [
      { section: 'machine', measure: 'historyEvents', subject: OURS, label: 'history events', most: 400 },
      { section: 'machine', measure: 'largestStateBytes', subject: OURS, label: 'bytes of state', most: 16 * 1024 },
      dollars('s3', "of S3's price for the requests, in dollars by the cost model"),
      dollars('oss', "of OSS's price for the requests"),
    ],
  },
  {
    what: 'Time as parts grow from 10 to 10,000 at 256 in flight: a straight line',
    budgets: [
      {
        section: 'growth',
        measure: 'residual',
        subject: OURS,
        label: 'of the line is the largest residual',
        most: 0.1,
      },
    ],
  },
];
