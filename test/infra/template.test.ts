import { Match, Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { HANDLERS } from '#infra/copy-functions.ts';
import { createTestApp } from './template.ts';

const template = Template.fromStack(createTestApp().stack);

test('five functions, Node 24 on arm64, JSON logs into a log group of their own that forgets, traced', () => {
  template.resourceCountIs('AWS::Lambda::Function', 5);
  template.allResourcesProperties('AWS::Lambda::Function', {
    Runtime: 'nodejs24.x',
    Architectures: ['arm64'],
    TracingConfig: { Mode: 'Active' },
    LoggingConfig: { LogFormat: 'JSON', LogGroup: Match.anyValue() },
    Environment: { Variables: Match.objectLike({ OBJECTFERRY_STORES_PARAMETER: Match.anyValue() }) },
    Layers: [Match.anyValue()],
  });
  template.resourceCountIs('AWS::Logs::LogGroup', 6);
  template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 90 });
});

test('a span may run as long as Lambda lets it', () => {
  expect(HANDLERS.CopySpan.timeoutSeconds).toBe(900);
  template.hasResourceProperties('AWS::Lambda::Function', {
    Description: HANDLERS.CopySpan.description,
    Timeout: 900,
    MemorySize: 512,
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

test('the outputs name the machine and the next command', () => {
  const outputs = template.findOutputs('*');
  expect(Object.keys(outputs)).toEqual(['MachineArn', 'NextCommand']);
  expect(JSON.stringify(outputs['NextCommand'])).toContain('aws stepfunctions start-execution');
});

test('a large stores file takes the tier that can hold it', () => {
  const parameters = (json: string) =>
    Template.fromStack(createTestApp({ json, secretIds: [] }).stack).findResources('AWS::SSM::Parameter');
  expect(JSON.stringify(parameters(`{"stores":{},"x":"${'a'.repeat(5000)}"}`))).toContain('"Tier":"Advanced"');
  expect(JSON.stringify(parameters('{"stores":{}}'))).toContain('"Tier":"Standard"');
});
