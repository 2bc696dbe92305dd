import { Match } from 'aws-cdk-lib/assertions';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { HANDLERS } from '#infra/copy-functions.ts';
import { SERVICES } from '#infra/service-functions.ts';
import { DEFAULT_SETTINGS } from '#infra/settings.ts';
import { NO_STORES } from '#infra/stores-file.ts';
import { EVERYTHING, EVERYTHING_ELSE, templateOf } from './template.ts';

const template = templateOf(EVERYTHING);
const fresh = templateOf();

describe('functions', () => {
  test('all run on Node 24 and arm64, log JSON into a log group of their own that forgets, and are traced', () => {
    template.resourceCountIs('AWS::Lambda::Function', 12);
    template.allResourcesProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      TracingConfig: { Mode: 'Active' },
      LoggingConfig: { LogFormat: 'JSON', LogGroup: Match.anyValue() },
      Environment: { Variables: Match.objectLike({ OBJECTFERRY_STORES_PARAMETER: Match.anyValue() }) },
      // All of them read parameters or secrets.
      Layers: [Match.anyValue()],
    });
    template.resourceCountIs('AWS::Logs::LogGroup', 12 + 2);
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 90 });
  });

  test('logs are kept as long as the settings say', () => {
    templateOf({ settings: { ...DEFAULT_SETTINGS, logRetentionDays: 7 } }).allResourcesProperties(
      'AWS::Logs::LogGroup',
      { RetentionInDays: 7 },
    );
  });

  test.each([...Object.values(HANDLERS), ...Object.values(SERVICES)])('$file has its memory and time', (handler) => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      Description: handler.description,
      Timeout: handler.timeoutSeconds,
      MemorySize: handler.memoryMiB,
    });
  });

  test('a span may run as long as Lambda lets it', () => {
    expect(HANDLERS.CopySpan.timeoutSeconds).toBe(900);
  });

  test('places are reserved only when asked for, because a new account refuses it', () => {
    const reserved = (from: typeof template) =>
      Object.values(from.findResources('AWS::Lambda::Function')).flatMap(
        ({ Properties }) => Properties.ReservedConcurrentExecutions ?? [],
      );
    expect(reserved(templateOf({ ...EVERYTHING, settings: DEFAULT_SETTINGS }))).toEqual([]);
    expect(reserved(template).sort()).toEqual([1, 10, 10, 20].sort());
  });

  test.each<[string, string, Record<string, unknown>]>([
    ['Api', SERVICES.Api.description, { OBJECTFERRY_MACHINE_ARN: Match.anyValue() }],
    [
      'Receive',
      SERVICES.Receive.description,
      { OBJECTFERRY_RULES_PARAMETER: Match.anyValue(), OBJECTFERRY_QUEUE_URL: Match.anyValue() },
    ],
    [
      'Intake',
      SERVICES.Intake.description,
      {
        OBJECTFERRY_RULES_PARAMETER: Match.anyValue(),
        OBJECTFERRY_QUEUE_URL: Match.anyValue(),
        OBJECTFERRY_DEAD_LETTER_QUEUE_URL: Match.anyValue(),
        OBJECTFERRY_MACHINE_ARN: Match.anyValue(),
        OBJECTFERRY_MAX_RUNNING_COPIES: '25',
      },
    ],
    ['CleanUp', SERVICES.CleanUp.description, { OBJECTFERRY_MACHINE_ARN: Match.anyValue() }],
    [
      'Sweep',
      SERVICES.Sweep.description,
      { OBJECTFERRY_MACHINE_ARN: Match.anyValue(), OBJECTFERRY_SWEEP_UNKNOWN_OLDER_THAN_HOURS: '240' },
    ],
  ])('%s is told where everything is', (_name, Description, variables) => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      Description,
      Environment: { Variables: Match.objectLike(variables) },
    });
  });

  test('nobody’s uploads are removed unless the settings say from which age on', () => {
    expect(JSON.stringify(fresh.toJSON())).not.toContain('OBJECTFERRY_SWEEP_UNKNOWN');
  });
});

test('the machine is a traced Standard machine whose log holds no customer data', () => {
  template.hasResourceProperties('AWS::StepFunctions::StateMachine', {
    StateMachineName: 'CopyObject',
    StateMachineType: Match.absent(),
    TracingConfiguration: { Enabled: true },
    LoggingConfiguration: { IncludeExecutionData: false, Level: 'ALL' },
  });
});

test('a large file takes the tier that can hold it', () => {
  const parameters = (json: string) =>
    JSON.stringify(templateOf({ stores: { ...NO_STORES, json } }).findResources('AWS::SSM::Parameter'));
  expect(parameters(`{"stores":{},"x":"${'a'.repeat(5000)}"}`)).toContain('"Tier":"Advanced"');
  expect(parameters('{"stores":{}}')).toContain('"Tier":"Standard"');
});

describe('outputs', () => {
  test('tell where everything is and what to do next', () => {
    const outputs = template.findOutputs('*');
    expect(Object.keys(outputs)).toEqual([
      'MachineArn',
      'NextCommand',
      'DashboardUrl',
      'ApiUrl',
      'NextApiCommand',
      'PushUrl',
      'QueueUrl',
      'QueueArn',
      'DeadLetterQueueUrl',
    ]);
    expect(JSON.stringify(outputs['NextCommand'])).toContain('aws stepfunctions start-execution');
    expect(JSON.stringify(outputs['NextApiCommand'])).toContain('npx objectferry copy --endpoint');
  });

  test('tell of nothing that there is not', () => {
    const bare = templateOf({ settings: { ...DEFAULT_SETTINGS, api: false } });
    expect(Object.keys(bare.findOutputs('*'))).toEqual(['MachineArn', 'NextCommand', 'DashboardUrl']);
    for (const type of ['AWS::ApiGatewayV2::Api', 'AWS::Lambda::EventSourceMapping']) bare.resourceCountIs(type, 0);
  });
});

describe('alarms', () => {
  const Alarm = v.object({
    Properties: v.object({
      AlarmDescription: v.string(),
      AlarmActions: v.optional(v.array(v.unknown()), []),
      EvaluationPeriods: v.number(),
      Threshold: v.number(),
      TreatMissingData: v.literal('notBreaching'),
      ComparisonOperator: v.literal('GreaterThanOrEqualToThreshold'),
      MetricName: v.optional(v.string()),
      Metrics: v.optional(
        v.array(
          v.object({
            Expression: v.optional(v.string()),
            MetricStat: v.optional(v.object({ Metric: v.object({ MetricName: v.string() }) })),
          }),
        ),
        [],
      ),
    }),
  });
  const alarmsOf = (from: typeof template) =>
    Object.entries(v.parse(v.record(v.string(), Alarm), from.findResources('AWS::CloudWatch::Alarm'))).map(
      ([id, { Properties }]) => ({ id: id.replace(/^Alarms|[0-9A-F]{8}$/g, ''), ...Properties }),
    );
  const alarms = alarmsOf(template);
  const byId = (id: string) => alarms.find((alarm) => alarm.id === id);

  test.each([
    ['FailedCopies', 'SUM([FILL(failed, 0), FILL(timedOut, 0)])', ['ExecutionsFailed', 'ExecutionsTimedOut'], 1],
    ['MachineThrottling', undefined, ['ExecutionThrottled'], 100],
    ['ProviderThrottling', 'SELECT SUM(Throttles) FROM "Objectferry"', [], 1000],
    ['CleanUpFailures', undefined, ['ApproximateNumberOfMessagesVisible'], 1],
    ['CleanUpErrors', 'SUM([FILL(errors0, 0), FILL(errors1, 0)])', ['Errors', 'Errors'], 3],
    ['SweepFinds', 'SELECT SUM(SweptUploads) FROM "Objectferry"', [], 1],
    ['DeadLetters', undefined, ['ApproximateNumberOfMessagesVisible'], 1],
    ['OldestEvent', undefined, ['ApproximateAgeOfOldestMessage'], 3600],
    ['OldestDeferredEvent', 'SELECT MAX(DeferredEventAge) FROM "Objectferry"', [], 3600],
    ['IntakeErrors', 'SUM([FILL(errors0, 0)])', ['Errors'], 5],
    ['ApiErrors', undefined, ['5xx'], 5],
  ])('%s looks at what it says', (id, expression, metrics, threshold) => {
    const { MetricName, Metrics = [], Threshold } = byId(id) ?? {};
    const names = [MetricName, ...Metrics.map(({ MetricStat }) => MetricStat?.Metric.MetricName)];
    expect(Metrics.find(({ Expression }) => Expression !== undefined)?.Expression).toBe(expression);
    expect(names.filter((name) => name !== undefined)).toEqual(metrics);
    expect(Threshold).toBe(threshold);
  });

  test('throttles of Lambda are those of all functions', () => {
    const metrics = ['LambdaThrottling', 'ServiceThrottling'].flatMap((id) => byId(id)?.Metrics ?? []);
    expect(metrics.filter(({ MetricStat }) => MetricStat?.Metric.MetricName === 'Throttles')).toHaveLength(12);
  });

  test('none has more metrics than an alarm may have, and each says what to do', () => {
    expect(alarms).toHaveLength(13);
    for (const { Metrics, AlarmDescription } of alarms) {
      expect(Metrics.filter(({ MetricStat }) => MetricStat !== undefined).length).toBeLessThanOrEqual(10);
      expect(AlarmDescription).toMatch(/\. .+\.$/);
    }
  });

  test('each tells the mail address, or the topic that was given, or nobody', () => {
    template.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: 'ops@example.com' });
    for (const { AlarmActions } of alarms)
      expect(JSON.stringify(AlarmActions)).toMatch(/^\[\{"Ref":"AlarmsTopic\w+"\}\]$/);
    const other = templateOf(EVERYTHING_ELSE);
    other.resourceCountIs('AWS::SNS::Topic', 0);
    for (const { AlarmActions } of alarmsOf(other)) {
      expect(AlarmActions).toEqual(['arn:aws:sns:eu-west-1:123456789012:pager']);
    }
    for (const { AlarmActions } of alarmsOf(fresh)) expect(AlarmActions).toEqual([]);
  });

  test('without events nothing watches them', () => {
    const ids = alarmsOf(fresh).map(({ id }) => id);
    expect(ids).not.toContain('DeadLetters');
    expect(ids).toContain('FailedCopies');
  });
});

describe('the dashboard and the saved queries', () => {
  test('the page shows copies, stores, what waits and what is left', () => {
    const text = JSON.stringify(template.findResources('AWS::CloudWatch::Dashboard')).replaceAll('\\', '');
    for (const shown of [
      'ExecutionsFailed',
      'SELECT SUM(BytesCopied) FROM "Objectferry" GROUP BY store',
      'SELECT SUM(BytesReadBack) FROM "Objectferry" GROUP BY store',
      'SELECT SUM(Retries) FROM "Objectferry" GROUP BY store',
      'ApproximateNumberOfMessagesDelayed',
      'SELECT SUM(DuplicateEvents) FROM "Objectferry"',
      'SELECT MAX(OpenUploads) FROM "Objectferry" GROUP BY bucket',
    ]) {
      expect(text).toContain(shown);
    }
  });

  test('four questions are saved, each over the logs that can answer it', () => {
    const queries = Object.values(template.findResources('AWS::Logs::QueryDefinition')).map(({ Properties }) => [
      Properties.Name,
      Properties.LogGroupNames.length,
      Properties.QueryString,
    ]);
    expect(queries).toEqual([
      ['Objectferry/Errors by name', 12, expect.stringContaining('filter level = "ERROR"')],
      ['Objectferry/Retries and throttles by store', 12, expect.stringContaining('sum(Retries)')],
      ['Objectferry/One copy by id', 1, expect.stringContaining('filter execution_arn like')],
      ['Objectferry/Slowest copies', 1, expect.stringContaining('by execution_arn')],
    ]);
  });
});
