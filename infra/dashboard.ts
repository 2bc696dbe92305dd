import { METRIC_DIMENSION, METRICS } from '@objectferry/shared/naming.ts';
import { Duration, Stack } from 'aws-cdk-lib';
import { Dashboard as CloudWatchDashboard, GraphWidget, type IMetric, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { CopyApi } from './copy-api.ts';
import type { CopyCleanUp } from './copy-cleanup.ts';
import type { CopyEvents } from './copy-events.ts';
import { machineMetric, ownMetric, sumOver } from './metrics.ts';

/** What is shown. */
export interface DashboardProps {
  readonly machine: IStateMachine;
  readonly functions: readonly IFunction[];
  readonly cleanUp: CopyCleanUp;
  readonly events?: CopyEvents | undefined;
  readonly api?: CopyApi | undefined;
}

const PERIOD = Duration.minutes(5);
const DAY = Duration.days(1);
const HALF = 12;

/** One page that answers: does it copy, how fast, what waits, what is left behind. */
export class Dashboard extends Construct {
  /** Where to look at it. */
  readonly url: string;

  constructor(scope: Construct, id: string, props: DashboardProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const dashboardName = stack.stackName;
    new CloudWatchDashboard(this, 'Page', {
      dashboardName,
      defaultInterval: DAY,
      widgets: [
        [new TextWidget({ width: 2 * HALF, height: 1, markdown: '**Objectferry**: copies of CopyObject, by store' })],
        copies(props),
        stores(),
        around(props),
        leftBehind(props),
      ],
    });
    this.url = `https://${stack.region}.console.aws.amazon.com/cloudwatch/home?region=${stack.region}#dashboards/dashboard/${dashboardName}`;
  }
}

function copies({ machine }: DashboardProps): GraphWidget[] {
  const counts = [
    'ExecutionsStarted',
    'ExecutionsSucceeded',
    'ExecutionsFailed',
    'ExecutionsTimedOut',
    'ExecutionsAborted',
  ];
  return [
    graph(
      'Copies',
      counts.map((name) => machineMetric(machine, name, PERIOD)),
    ),
    graph('Seconds of a copy, by store', [byStore('seconds', 'AVG')]),
  ];
}

function stores(): GraphWidget[] {
  return [
    graph('Bytes copied, and read back, by store', [byStore('bytes', 'SUM')], [byStore('bytesRead', 'SUM')]),
    graph('Retries and throttles, by store', [byStore('retries', 'SUM')], [byStore('throttles', 'SUM')]),
  ];
}

function around({ functions, events, api }: DashboardProps): GraphWidget[] {
  const requests = api === undefined ? [] : [api.api.metricCount({ period: PERIOD, statistic: 'Sum' })];
  const failures = [sumOver(functions, 'Errors', PERIOD), sumOver(functions, 'Throttles', PERIOD)];
  const waiting =
    events === undefined
      ? []
      : [
          events.queues.queue.metricApproximateNumberOfMessagesVisible({ period: PERIOD }),
          events.queues.queue.metricApproximateNumberOfMessagesDelayed({ period: PERIOD }),
          events.queues.deadLetters.metricApproximateNumberOfMessagesVisible({ period: PERIOD, label: 'Dead letters' }),
        ];
  return [
    graph('Requests; errors and throttles of functions', [...requests, ...failures]),
    ...(waiting.length === 0 ? [] : [graph('Events that wait', waiting), graph('What became of events', outcomes())]),
  ];
}

function outcomes(): IMetric[] {
  const names = ['startedCopies', 'duplicateEvents', 'skippedEvents', 'deferredEvents', 'failedEvents'] as const;
  return names.map((name) => ownMetric({ name, statistic: 'SUM', period: PERIOD, label: METRICS[name] }));
}

function leftBehind({ cleanUp }: DashboardProps): GraphWidget[] {
  return [
    graph('Open uploads, by the last sweep', [
      ownMetric({ name: 'openUploads', statistic: 'MAX', period: DAY }, 'bucket'),
    ]),
    graph(
      'Swept uploads; clean-ups that failed',
      [ownMetric({ name: 'sweptUploads', statistic: 'SUM', period: DAY, label: 'Swept' })],
      [cleanUp.failures.metricApproximateNumberOfMessagesVisible({ period: PERIOD })],
    ),
  ];
}

function byStore(name: Parameters<typeof ownMetric>[0]['name'], statistic: 'SUM' | 'AVG'): IMetric {
  return ownMetric({ name, statistic, period: PERIOD }, METRIC_DIMENSION);
}

function graph(title: string, left: readonly IMetric[], right: readonly IMetric[] = []): GraphWidget {
  return new GraphWidget({ title, width: HALF, left: [...left], right: [...right] });
}
