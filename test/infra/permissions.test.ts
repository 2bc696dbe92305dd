import { Template } from 'aws-cdk-lib/assertions';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { createTestApp } from './template.ts';

const Statement = v.object({
  Effect: v.literal('Allow'),
  Action: v.union([v.string(), v.array(v.string())]),
  Resource: v.unknown(),
});
const Policies = v.record(
  v.string(),
  v.object({ Properties: v.object({ PolicyDocument: v.object({ Statement: v.array(Statement) }) }) }),
);

/** The actions of each policy with their resources as short text. */
function permissions(secretIds: readonly string[]): Record<string, Record<string, string>> {
  const template = Template.fromStack(createTestApp({ json: '{}', secretIds }).stack);
  const policies = v.parse(Policies, template.findResources('AWS::IAM::Policy'));
  return Object.fromEntries(
    Object.entries(policies).map(([id, { Properties }]) => [
      id.replace(/DefaultPolicy\w+$/, ''),
      Object.fromEntries(
        Properties.PolicyDocument.Statement.map(({ Action, Resource }) => [
          [Action].flat().join(' '),
          JSON.stringify(Resource),
        ]),
      ),
    ]),
  );
}

const FUNCTION_ROLES = ['InitiateRole', 'CopyWholeRole', 'CopySpanRole', 'CompleteRole', 'AbortRole'];
const secret = (name: string) =>
  `{"Fn::Join":["",["arn:",{"Ref":"AWS::Partition"},":secretsmanager:",{"Ref":"AWS::Region"},":",{"Ref":"AWS::AccountId"},":secret:${name}"]]}`;

test('a handler may write its log, send traces, read the stores file, the named secrets and the keys, and no more', () => {
  const roles = permissions(['aliyun', 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:obs-AbCdEf']);
  for (const role of FUNCTION_ROLES) {
    const rights = roles[role] ?? {};
    expect(Object.keys(rights).sort()).toEqual([
      'logs:CreateLogStream logs:PutLogEvents',
      'secretsmanager:GetSecretValue',
      'ssm:GetParameter',
      'xray:PutTelemetryRecords xray:PutTraceSegments',
    ]);
    expect(rights['logs:CreateLogStream logs:PutLogEvents']).toMatch(
      new RegExp(`^{"Fn::GetAtt":\\["${role.replace('Role', 'Log')}\\w+","Arn"\\]}$`),
    );
    expect(rights['ssm:GetParameter']).toMatch(/":parameter\/",\{"Ref":"StoreAccessStores\w+"\}\]\]\}$/);
    const secrets = rights['secretsmanager:GetSecretValue'];
    expect(secrets).toBe(
      `["arn:aws:secretsmanager:eu-west-1:123456789012:secret:obs-AbCdEf",${secret('aliyun-??????')},${secret('objectferry/*')}]`,
    );
  }
});

test('without secrets in the stores file only the prefix of the keys can be read', () => {
  for (const role of FUNCTION_ROLES) {
    expect(permissions([])[role]?.['secretsmanager:GetSecretValue']).toBe(secret('objectferry/*'));
  }
});

test('the machine may invoke the five functions, deliver its log and send traces, and no more', () => {
  const roles = permissions([]);
  expect(Object.keys(roles).sort()).toEqual([...FUNCTION_ROLES, 'CopyMachineRole'].sort());
  const rights = roles['CopyMachineRole'] ?? {};
  const actions = Object.keys(rights).flatMap((key) => key.split(' '));
  expect(new Set(actions.map((action) => action.split(':')[0]))).toEqual(new Set(['lambda', 'logs', 'xray']));
  expect(actions.filter((action) => action.startsWith('lambda:'))).toEqual(['lambda:InvokeFunction']);
  const invoked = [
    ...(rights['lambda:InvokeFunction'] ?? '').matchAll(/"Fn::GetAtt":\["([A-Z][A-Za-z]+?)[0-9A-F]{8}"/g),
  ];
  expect(new Set(invoked.map(([, name]) => name))).toEqual(
    new Set(['Initiate', 'CopyWhole', 'CopySpan', 'Complete', 'Abort']),
  );
});
