import { METRIC_DIMENSION, METRICS } from '@objectferry/shared/naming.ts';
import { Stack } from 'aws-cdk-lib';
import { type ILogGroup, QueryDefinition, QueryString } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

/** Whose logs there are. */
export interface SavedQueriesProps {
  /** Of the functions. */
  readonly functions: readonly ILogGroup[];
  readonly machine: ILogGroup;
}

/**
 * Questions that an operator asks, in CloudWatch under "Logs Insights", "Saved queries", "Objectferry".
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
 */
export class SavedQueries extends Construct {
  constructor(scope: Construct, id: string, { functions, machine }: SavedQueriesProps) {
    super(scope, id);
    const save = (name: string, logGroups: readonly ILogGroup[], queryString: QueryString) =>
      new QueryDefinition(this, name, {
        queryDefinitionName: `${Stack.of(this).stackName}/${name}`,
        logGroups: [...logGroups],
        queryString,
      });

    save(
      'Errors by name',
      functions,
      new QueryString({
        filterStatements: ['level = "ERROR"'],
        statsStatements: ['count(*) as times, latest(error.message) as example by error.name, function_name'],
        sort: 'times desc',
      }),
    );
    save(
      'Retries and throttles by store',
      functions,
      new QueryString({
        filterStatements: [`ispresent(${METRICS.retries})`],
        statsStatements: [
          `sum(${METRICS.retries}) as retries, sum(${METRICS.throttles}) as throttles, sum(${METRICS.parts}) as parts by ${METRIC_DIMENSION}`,
        ],
        sort: 'retries desc',
      }),
    );
    save(
      'One copy by id',
      [machine],
      new QueryString({
        fields: ['@timestamp', 'type', 'details.name', 'id', 'previous_event_id'],
        filterStatements: ['execution_arn like "PUT-THE-ID-HERE"'],
        sort: '@timestamp asc',
        limit: 10_000,
      }),
    );
    save(
      'Slowest copies',
      [machine],
      new QueryString({
        filterStatements: ['type in ["ExecutionStarted", "ExecutionSucceeded", "ExecutionFailed"]'],
        statsStatements: [
          // Each event's time is the time of its line.
          '(max(@timestamp) - min(@timestamp)) / 1000 as seconds, latest(type) as state by execution_arn',
        ],
        sort: 'seconds desc',
        limit: 50,
      }),
    );
  }
}
