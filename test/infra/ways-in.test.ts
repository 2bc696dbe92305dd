import { MAX_RECEIVES } from '@objectferry/shared/naming.ts';
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { SERVICES } from '#infra/service-functions.ts';
import { DEFAULT_SETTINGS } from '#infra/settings.ts';
import { EVENTS, EVERYTHING, EVERYTHING_ELSE, templateOf } from './template.ts';

const template = templateOf(EVERYTHING);
const withTokens = templateOf(EVERYTHING_ELSE);

function routes(from: typeof template): Record<string, string> {
  const found = Object.values(from.findResources('AWS::ApiGatewayV2::Route'));
  return Object.fromEntries(
    found.map(({ Properties }) => [Properties.RouteKey, Properties.AuthorizationType ?? 'missing']),
  );
}

const COPIES = [
  'DELETE /copies/{id}',
  'GET /copies',
  'GET /copies/{id}',
  'GET /health',
  'GET /openapi.json',
  'POST /copies',
  'POST /copies/{id}/resume',
];
const all = (authorization: string) => Object.fromEntries(COPIES.map((route) => [route, authorization]));

describe('the API', () => {
  test('every route is named and asks for IAM, but events, whose signature the handler checks', () => {
    expect(routes(template)).toEqual({ ...all('AWS_IAM'), 'POST /events/{provider}': 'NONE' });
  });

  test('with tokens every route asks for one of this issuer and audience', () => {
    expect(routes(withTokens)).toEqual({ ...all('JWT'), 'POST /events/{provider}': 'NONE' });
    withTokens.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', {
      AuthorizerType: 'JWT',
      IdentitySource: ['$request.header.Authorization'],
      JwtConfiguration: { Issuer: 'https://id.example.com', Audience: ['copies'] },
    });
  });

  test('nothing can be pushed where no rule takes pushes, and nothing can be asked where the API is off', () => {
    expect(routes(templateOf({ ...EVERYTHING, events: { ...EVENTS, pushes: false } }))).toEqual(all('AWS_IAM'));
    expect(routes(templateOf({ ...EVERYTHING, settings: { ...DEFAULT_SETTINGS, api: false } }))).toEqual({
      'POST /events/{provider}': 'NONE',
    });
  });

  test.each([
    ['by default', template, [50, 100], [20, 40]],
    ['as the settings say', withTokens, [5, 6], [7, 8]],
  ])('is throttled %s, and events for themselves', (_when, from, [rate, burst], [eventsRate, eventsBurst]) => {
    from.hasResource('AWS::ApiGatewayV2::Stage', {
      Properties: {
        StageName: '$default',
        DefaultRouteSettings: { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst },
        RouteSettings: {
          'POST /events/{provider}': { ThrottlingRateLimit: eventsRate, ThrottlingBurstLimit: eventsBurst },
        },
      },
      // API Gateway refuses settings of a route that is not there yet.
      DependsOn: Match.arrayWith([Match.stringLikeRegexp('^HttpApiPOSTevents')]),
    });
  });

  test('the access log says who did what, and holds no query string, header or token', () => {
    const [stage] = Object.values(template.findResources('AWS::ApiGatewayV2::Stage'));
    const format: Record<string, string> = JSON.parse(stage?.['Properties'].AccessLogSettings.Format);
    expect(Object.values(format).sort()).toEqual([
      '$context.authorizer.claims.sub',
      '$context.error.message',
      '$context.identity.sourceIp',
      '$context.identity.userArn',
      '$context.integrationErrorMessage',
      '$context.path',
      '$context.requestId',
      '$context.requestTimeEpoch',
      '$context.responseLatency',
      '$context.responseLength',
      '$context.routeKey',
      '$context.status',
    ]);
  });

  test('two functions behind it, each for its own routes, with events of version 2.0', () => {
    template.resourceCountIs('AWS::ApiGatewayV2::Integration', 2);
    template.allResourcesProperties('AWS::ApiGatewayV2::Integration', {
      IntegrationType: 'AWS_PROXY',
      PayloadFormatVersion: '2.0',
    });
  });

  test('the function ends before API Gateway stops waiting', () => {
    expect(SERVICES.Api.timeoutSeconds).toBeLessThan(30);
  });
});

describe('the queue of events', () => {
  test('keeps everything for 14 days, encrypted, and puts aside what failed too often', () => {
    template.allResourcesProperties('AWS::SQS::Queue', {
      MessageRetentionPeriod: 14 * 24 * 3600,
      SqsManagedSseEnabled: true,
    });
    template.hasResourceProperties('AWS::SQS::Queue', {
      VisibilityTimeout: 6 * SERVICES.Intake.timeoutSeconds,
      RedrivePolicy: {
        maxReceiveCount: MAX_RECEIVES,
        deadLetterTargetArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('DeadLetters'), 'Arn'] },
      },
    });
    expect(MAX_RECEIVES).toBeGreaterThanOrEqual(5);
  });

  test('is encrypted with a key of one’s own where one is given', () => {
    const [arn] = [EVERYTHING_ELSE.settings.queueKeyArn];
    const queues = Object.values(withTokens.findResources('AWS::SQS::Queue', { Properties: { KmsMasterKeyId: arn } }));
    expect(queues).toHaveLength(2);
  });

  test('is consumed in small batches, a few at a time, and only what failed comes back', () => {
    template.resourceCountIs('AWS::Lambda::EventSourceMapping', 1);
    template.hasResource('AWS::Lambda::EventSourceMapping', {
      Properties: {
        BatchSize: 10,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        ScalingConfig: { MaximumConcurrency: 2 },
      },
      // Lambda refuses a mapping whose role may not receive yet.
      DependsOn: Match.arrayWith([Match.stringLikeRegexp('^IntakeRoleDefaultPolicy')]),
    });
  });

  test('EventBridge brings new objects of exactly the buckets that rules name, for a day before it gives up', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.s3'],
        'detail-type': ['Object Created'],
        detail: { bucket: { name: [{ prefix: 'archive-' }, 'raw'] } },
      },
      Targets: [
        Match.objectLike({
          Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^IncomingQueuesEvents'), 'Arn'] },
          DeadLetterConfig: { Arn: Match.anyValue() },
          RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
        }),
      ],
    });
  });

  test('no rule listens where no rule names a bucket at Amazon', () => {
    const rules = templateOf({ events: { ...EVENTS, buckets: [] } }).findResources('AWS::Events::Rule');
    expect(JSON.stringify(rules)).not.toContain('aws.s3');
  });
});

describe('cleaning up', () => {
  test('an execution of this machine that ended without a receipt reaches the function, or is kept for a person', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.states'],
        'detail-type': ['Step Functions Execution Status Change'],
        detail: {
          stateMachineArn: [{ Ref: Match.stringLikeRegexp('^CopyMachine') }],
          status: ['ABORTED', 'TIMED_OUT', 'FAILED'],
        },
      },
      Targets: [
        Match.objectLike({
          Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^CleanUp'), 'Arn'] },
          DeadLetterConfig: { Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^CleaningFailures'), 'Arn'] } },
          RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
        }),
      ],
    });
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      FunctionName: { Ref: Match.stringLikeRegexp('^CleanUp') },
      MaximumRetryAttempts: 2,
      MaximumEventAgeInSeconds: 6 * 3600,
      DestinationConfig: {
        OnFailure: { Destination: { 'Fn::GetAtt': [Match.stringLikeRegexp('^CleaningFailures'), 'Arn'] } },
      },
    });
  });

  test('the sweep runs every day', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'cron(17 3 * * ? *)',
      Targets: [Match.objectLike({ Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Sweep'), 'Arn'] } })],
    });
  });
});
