import { MAX_MESSAGE_BYTES } from '@objectferry/shared/events/message-size.ts';
import { ENV, MAX_RECEIVES } from '@objectferry/shared/naming.ts';
import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import { type IRuleTarget, Rule } from 'aws-cdk-lib/aws-events';
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { SERVICES } from './service-functions.ts';

/** Who sends, and under which key it lies. */
export interface EventQueuesProps {
  /** Buckets at Amazon; `*` at the end for the rest of a name. */
  readonly buckets: readonly string[];
  /** SNS topics. */
  readonly topics: readonly string[];
  /** A KMS key in place of the one that SQS manages. */
  readonly keyArn?: string | undefined;
}

// As long as SQS keeps a message: time to find a mistake in a rule, deploy again and send everything back.
const RETENTION = Duration.days(14);

/** The queue of object-created events, and the one for those that no try could help. */
export class EventQueues extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;
  readonly #key: IKey | undefined;

  constructor(scope: Construct, id: string, { buckets, topics, keyArn }: EventQueuesProps) {
    super(scope, id);
    this.#key = keyArn === undefined ? undefined : Key.fromKeyArn(this, 'Key', keyArn);
    const common = {
      retentionPeriod: RETENTION,
      enforceSSL: true,
      // As much as the sender of pushes reckons with; a large notification must not be refused for its length.
      maxMessageSizeBytes: MAX_MESSAGE_BYTES,
      ...(this.#key === undefined
        ? { encryption: QueueEncryption.SQS_MANAGED }
        : { encryption: QueueEncryption.KMS, encryptionMasterKey: this.#key }),
    };
    this.deadLetters = new Queue(this, 'DeadLetters', common);
    this.queue = new Queue(this, 'Events', {
      ...common,
      // Six times the handler's, as Lambda asks for: a batch that is throttled is not seen by others meanwhile.
      // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
      visibilityTimeout: Duration.seconds(6 * SERVICES.Intake.timeoutSeconds),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: MAX_RECEIVES },
    });
    if (buckets.length > 0) {
      this.#admitBuckets(buckets);
      this.#routeFromEventBridge(buckets);
    }
    if (topics.length > 0) this.#admit(this.queue, 'sns.amazonaws.com', { ArnEquals: { 'aws:SourceArn': topics } });
  }

  /** Lets a function put messages into the queue, and tells it where that is. */
  grantSend(handler: LambdaFunction): void {
    this.#grantSend(handler, this.queue);
    handler.addEnvironment(ENV.queueUrl, this.queue.queueUrl);
  }

  /** The same for the dead letters. */
  grantSendDead(handler: LambdaFunction): void {
    this.#grantSend(handler, this.deadLetters);
    handler.addEnvironment(ENV.deadLetterQueueUrl, this.deadLetters.queueUrl);
  }

  #grantSend(handler: LambdaFunction, queue: Queue): void {
    handler.addToRolePolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [queue.queueArn] }));
    this.grantKey(handler);
  }

  /** Lets a function use the key of the queues, where that is not SQS's own. */
  grantKey(handler: LambdaFunction): void {
    if (this.#key === undefined) return;
    // Sending and receiving both need both, because SQS reuses data keys.
    handler.addToRolePolicy(
      new PolicyStatement({ actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [this.#key.keyArn] }),
    );
  }

  /** A bucket's own notifications, of this account: anybody may have a bucket of that name later. */
  #admitBuckets(buckets: readonly string[]): void {
    const stack = Stack.of(this);
    const arns = buckets.map((resource) =>
      stack.formatArn({ service: 's3', region: '', account: '', resource, arnFormat: ArnFormat.NO_RESOURCE_NAME }),
    );
    this.#admit(this.queue, 's3.amazonaws.com', {
      ArnLike: { 'aws:SourceArn': arns },
      StringEquals: { 'aws:SourceAccount': stack.account },
    });
  }

  /** `Object Created` of the same buckets, once EventBridge is on in their properties. */
  #routeFromEventBridge(buckets: readonly string[]): void {
    const target: IRuleTarget = {
      bind: () => ({
        arn: this.queue.queueArn,
        // What EventBridge could not deliver for a day lies with the others, and is sent back with them.
        deadLetterConfig: { arn: this.deadLetters.queueArn },
        retryPolicy: { maximumEventAgeInSeconds: Duration.days(1).toSeconds(), maximumRetryAttempts: 185 },
      }),
    };
    const rule = new Rule(this, 'ObjectCreated', {
      description: 'New objects in the buckets that rules name',
      eventPattern: {
        source: ['aws.s3'],
        detailType: ['Object Created'],
        detail: { bucket: { name: buckets.map(asPattern) } },
      },
      targets: [target],
    });
    // By the rule and not by CDK's target, which admits every rule of every account when the queue has a KMS key.
    for (const queue of [this.queue, this.deadLetters]) {
      this.#admit(queue, 'events.amazonaws.com', { ArnEquals: { 'aws:SourceArn': rule.ruleArn } });
    }
  }

  #admit(queue: Queue, service: string, conditions: Record<string, Record<string, string | readonly string[]>>): void {
    queue.addToResourcePolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        principals: [new ServicePrincipal(service)],
        actions: ['sqs:SendMessage'],
        resources: [queue.queueArn],
        conditions,
      }),
    );
  }
}

function asPattern(bucket: string): string | { readonly prefix: string } {
  return bucket.endsWith('*') ? { prefix: bucket.slice(0, -1) } : bucket;
}
