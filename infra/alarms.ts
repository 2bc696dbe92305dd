import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { CopyApi } from './copy-api.ts';
import type { CopyCleanUp } from './copy-cleanup.ts';
import type { CopyEvents } from './copy-events.ts';
import { machineMetric, ownMetric, sumOf, sumOver } from './metrics.ts';
import type { Settings } from './settings.ts';

/** What is watched, and who is told. */
export interface AlarmsProps {
  readonly settings: Settings['alarms'];
  readonly machine: IStateMachine;
  /** The functions of the machine's tasks, and those around it. */
  readonly tasks: readonly IFunction[];
  readonly services: readonly IFunction[];
  readonly cleanUp: CopyCleanUp;
  readonly events?: CopyEvents | undefined;
  readonly api?: CopyApi | undefined;
}

interface Watched {
  readonly metric: IMetric;
  /** What has happened, and what to do next: all that the mail says. */
  readonly says: string;
  /** The alarm goes off at this value. */
  readonly threshold: number;
  /** So many periods in a row; default 1. */
  readonly periods?: number;
}

const FIVE_MINUTES = Duration.minutes(5);

/** An alarm for everything that a person has to look at; silence means that all is well. */
export class Alarms extends Construct {
  readonly #topics: readonly ITopic[];

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.#topics = this.#createTopics(props.settings);
    this.#watchCopies(props);
    this.#watchCleanUp(props.cleanUp);
    if (props.events !== undefined) this.#watchEvents(props.events, props.settings.oldestEventHours);
    if (props.api !== undefined) this.#watchApi(props.api);
  }

  #watchCopies({ machine, tasks, services }: AlarmsProps): void {
    this.#watch('FailedCopies', {
      metric: sumOf(
        {
          failed: machineMetric(machine, 'ExecutionsFailed', FIVE_MINUTES),
          timedOut: machineMetric(machine, 'ExecutionsTimedOut', FIVE_MINUTES),
        },
        FIVE_MINUTES,
        'Copies that failed or timed out',
      ),
      threshold: 1,
      says: 'A copy failed. Its execution of CopyObject says why in its cause; the saved query "Errors by name" counts the reasons.',
    });
    // Two alarms, because one has ten metrics at most.
    for (const [id, functions] of [
      ['LambdaThrottling', tasks],
      ['ServiceThrottling', services],
    ] as const) {
      this.#watch(id, {
        metric: sumOver(functions, 'Throttles', FIVE_MINUTES),
        threshold: 100,
        // Bursts are what retries are for.
        periods: 3,
        says: 'Lambda has had no place for the functions for a quarter of an hour. Lower maxRunningCopies, or ask for a higher quota of concurrent executions.',
      });
    }
    this.#watch('MachineThrottling', {
      metric: machineMetric(machine, 'ExecutionThrottled', FIVE_MINUTES),
      threshold: 100,
      periods: 3,
      says: 'Step Functions has throttled the copies for a quarter of an hour. Lower maxRunningCopies, or ask for a higher quota of state transitions.',
    });
    this.#watch('ProviderThrottling', {
      metric: ownMetric({ name: 'throttles', statistic: 'SUM', period: FIVE_MINUTES }),
      threshold: 1000,
      periods: 3,
      says: 'A store has throttled the copies for a quarter of an hour: they are slower, not lost. The dashboard says which one; lower its maxInFlight in the stores file.',
    });
  }

  #watchCleanUp({ cleanUp, sweep, failures }: CopyCleanUp): void {
    this.#watch('CleanUpFailures', {
      metric: failures.metricApproximateNumberOfMessagesVisible({ period: FIVE_MINUTES, statistic: 'Maximum' }),
      threshold: 1,
      says: 'Cleaning up after an execution failed in spite of every try. The sweep tries again at night; the log of the function CleanUp says why.',
    });
    this.#watch('CleanUpErrors', {
      metric: sumOver([cleanUp, sweep], 'Errors', FIVE_MINUTES),
      threshold: 3,
      says: 'CleanUp or Sweep fails again and again. Their logs say why; uploads may be left behind until it is mended.',
    });
    this.#watch('SweepFinds', {
      metric: ownMetric({ name: 'sweptUploads', statistic: 'SUM', period: Duration.hours(1) }),
      threshold: 1,
      says: 'The daily sweep aborted an upload that everything before it had left behind. Its log says of which execution; the upload is gone.',
    });
  }

  #watchEvents({ queues, intake }: CopyEvents, oldestHours: number): void {
    this.#watch('DeadLetters', {
      metric: queues.deadLetters.metricApproximateNumberOfMessagesVisible({
        period: FIVE_MINUTES,
        statistic: 'Maximum',
      }),
      threshold: 1,
      says: 'An event could not become a copy. Its attribute "reason" says why; mend it, then send it back with `objectferry redrive`.',
    });
    this.#watch('OldestEvent', {
      metric: queues.queue.metricApproximateAgeOfOldestMessage({ period: FIVE_MINUTES, statistic: 'Maximum' }),
      threshold: Duration.hours(oldestHours).toSeconds(),
      says: 'An event waits in the queue without being handled. See the errors and throttles of the function Intake.',
    });
    this.#watch('OldestDeferredEvent', {
      // An event that waits for its turn is sent anew, so the queue takes it for a young one; the handler knows better.
      metric: ownMetric({ name: 'deferredAge', statistic: 'MAX', period: FIVE_MINUTES }),
      threshold: Duration.hours(oldestHours).toSeconds(),
      says: 'Events wait because too many copies run. Nothing is lost; raise maxRunningCopies if the account and the stores can take it.',
    });
    this.#watch('IntakeErrors', {
      metric: sumOver([intake], 'Errors', FIVE_MINUTES),
      threshold: 5,
      says: 'The function Intake fails as a whole. Its log says why; events wait in the queue meanwhile.',
    });
  }

  #watchApi({ api }: CopyApi): void {
    this.#watch('ApiErrors', {
      metric: api.metricServerError({ period: FIVE_MINUTES, statistic: 'Sum' }),
      threshold: 5,
      says: 'The API answers with server errors. The log of the function Api says why.',
    });
  }

  #watch(id: string, { metric, says, threshold, periods = 1 }: Watched): void {
    const alarm = new Alarm(this, id, {
      metric,
      alarmDescription: says,
      threshold,
      evaluationPeriods: periods,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      // Nothing happened: nothing was counted.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    for (const topic of this.#topics) alarm.addAlarmAction(new SnsAction(topic));
  }

  #createTopics({ email, topicArn }: Settings['alarms']): readonly ITopic[] {
    const given = topicArn === undefined ? [] : [Topic.fromTopicArn(this, 'GivenTopic', topicArn)];
    if (email === undefined) return given;
    // Not under the key that SNS manages: its policy does not let CloudWatch publish. An alarm tells no secrets.
    const topic = new Topic(this, 'Topic', { displayName: 'Objectferry', enforceSSL: true });
    topic.addSubscription(new EmailSubscription(email));
    const stack = Stack.of(this);
    topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: {
          ArnLike: {
            'aws:SourceArn': stack.formatArn({
              service: 'cloudwatch',
              resource: 'alarm',
              resourceName: '*',
              arnFormat: ArnFormat.COLON_RESOURCE_NAME,
            }),
          },
        },
      }),
    );
    return [...given, topic];
  }
}
