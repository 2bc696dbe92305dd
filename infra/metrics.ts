import { METRICS, METRICS_NAMESPACE } from '@objectferry/shared/naming.ts';
import type { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';

/** Metrics of this stack that alarms and the dashboard both look at. */

/** How a metric of our own is added up. */
interface OwnMetric {
  readonly name: keyof typeof METRICS;
  readonly statistic: 'SUM' | 'MAX' | 'AVG';
  readonly period: Duration;
  readonly label?: string;
}

/**
 * One of our own metrics over all stores, by a query: what the dimensions are called besides, and which stores there
 * are, makes no difference.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-metrics-insights-querylanguage.html
 */
export function ownMetric({ name, statistic, period, label }: OwnMetric, groupBy?: string): MathExpression {
  const select = `SELECT ${statistic}(${METRICS[name]}) FROM "${METRICS_NAMESPACE}"`;
  return new MathExpression({
    expression: groupBy === undefined ? select : `${select} GROUP BY ${groupBy}`,
    usingMetrics: {},
    period,
    ...(label === undefined ? {} : { label }),
  });
}

/**
 * The sum of metrics. Not by `+`, which has no value for a time at which one of them has none: a function that nobody
 * calls would hide the others. An alarm takes ten metrics at most.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 */
export function sumOf(metrics: Readonly<Record<string, IMetric>>, period: Duration, label: string): MathExpression {
  const filled = Object.keys(metrics).map((id) => `FILL(${id}, 0)`);
  return new MathExpression({ expression: `SUM([${filled.join(', ')}])`, usingMetrics: { ...metrics }, period, label });
}

/** The sum of one metric over several functions. */
export function sumOver(
  functions: readonly IFunction[],
  metric: 'Errors' | 'Throttles',
  period: Duration,
): MathExpression {
  const metrics = functions.map((handler, index) => {
    const one = metric === 'Errors' ? handler.metricErrors({ period }) : handler.metricThrottles({ period });
    return [`${metric.toLowerCase()}${index}`, one] as const;
  });
  return sumOf(Object.fromEntries(metrics), period, metric);
}

/** What Step Functions counts for the machine. */
export function machineMetric(machine: IStateMachine, metricName: string, period: Duration): Metric {
  return new Metric({
    namespace: 'AWS/States',
    metricName,
    dimensionsMap: { StateMachineArn: machine.stateMachineArn },
    statistic: metricName === 'ExecutionTime' ? 'Average' : 'Sum',
    period,
  });
}
