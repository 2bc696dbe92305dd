import { ERROR_NAMES, RETRYABLE_ERRORS } from '@objectferry/shared/errors.ts';
import { kept, STATES, stateOfEitherWay, TASKS } from '@objectferry/shared/naming.ts';
import validate from 'asl-validator';
import { Template } from 'aws-cdk-lib/assertions';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { HANDLERS } from '#infra/copy-functions.ts';
import { copyDefinition } from '#infra/local/definition.ts';
import { assertSupported } from '#infra/local/supported.ts';
import { INVOCATION_ERRORS, NO_PLACE_ERRORS } from '#infra/machine/retries.ts';
import { createMachineApp } from '#infra/machine-app.ts';
import { templateOf, WITHOUT_BUNDLES } from './template.ts';

const Retrier = v.strictObject({
  ErrorEquals: v.array(v.string()),
  IntervalSeconds: v.number(),
  BackoffRate: v.number(),
  MaxDelaySeconds: v.number(),
  MaxAttempts: v.number(),
  JitterStrategy: v.literal('FULL'),
});
const Catcher = v.strictObject({
  ErrorEquals: v.tuple([v.literal('States.ALL')]),
  ResultPath: v.string(),
  Next: v.string(),
});
const Task = v.object({
  Type: v.literal('Task'),
  TimeoutSeconds: v.number(),
  Retry: v.array(Retrier),
  Catch: v.optional(v.array(Catcher)),
});

const definition = copyDefinition();
const states: Record<string, unknown> = {
  ...definition.States,
  ...iterator(STATES.copyParts),
  ...iterator(kept(STATES.copyParts)),
  ...iterator(STATES.verifyObject),
  ...iterator(kept(STATES.verifyObject)),
};
// The states that an error leaves only with the execution itself.
const KEPT = [
  'initiate',
  'next',
  'copyWhole',
  'copyParts',
  'copySpan',
  'complete',
  'verifyObject',
  'verifySpan',
  'prove',
] as const;
const SPANS: readonly string[] = ['CopySpan', 'VerifySpan'];

function iterator(name: string): Record<string, unknown> {
  const map = definition.States[name];
  return map?.Type === 'Map' ? { ...map.ItemProcessor?.States } : {};
}

const WORKING_STATES = [...TASKS, ...TASKS.filter((name) => name !== 'Abort').map(kept)];

const taskState = (name: string) => v.parse(Task, states[name]);

test('the definition is valid and runs here as it does on AWS', () => {
  expect(validate(structuredClone(definition)).errorsText()).toBe('');
  expect(() => assertSupported(definition)).not.toThrow();
});

test('the states are the ones that naming.ts tells operators about', () => {
  const names = [...Object.values(STATES), ...KEPT.map((name) => kept(STATES[name]))];
  expect(Object.keys(states).sort()).toEqual(names.sort());
  expect(new Set(names.map(stateOfEitherWay))).toEqual(new Set(Object.values(STATES)));
});

test('it is the definition that is deployed, to the letter', () => {
  const machines = templateOf().findResources('AWS::StepFunctions::StateMachine');
  const alone = Template.fromStack(createMachineApp(WITHOUT_BUNDLES).stack).findResources(
    'AWS::StepFunctions::StateMachine',
  );
  const text = (found: typeof machines) =>
    Object.values(found).map(({ Properties }) => JSON.stringify(Properties.DefinitionString));
  expect(text(machines)).toHaveLength(1);
  expect(text(machines)).toEqual(text(alone));
});

test('both ways have the same states, which differ in nothing but names and what an error does', () => {
  const plain = (value: unknown) => JSON.stringify(value, (key, inner) => (key === 'Catch' ? undefined : inner));
  for (const name of KEPT) {
    const keeping = plain(states[kept(STATES[name])]).replaceAll(' (keep)"', '"');
    expect(keeping).toBe(plain(states[STATES[name]]).replaceAll(' (keep)"', '"'));
  }
});

test('on the way that keeps parts no error is caught, so that a redrive begins where it happened', () => {
  const keeping = Object.entries(states).filter(([name]) => name.endsWith(' (keep)'));
  expect(keeping).toHaveLength(KEPT.length);
  for (const [, state] of keeping) expect(state).not.toHaveProperty('Catch');
  // A redrive of an execution that ended in a Fail state would only fail again.
  expect(JSON.stringify(keeping)).not.toContain('Failed');
});

test.each(WORKING_STATES)('%s tries again on exactly the retryable names and the failures of Lambda', (name) => {
  const { Retry } = taskState(name);
  expect(Retry.map(({ ErrorEquals }) => ErrorEquals)).toEqual([RETRYABLE_ERRORS, INVOCATION_ERRORS, NO_PLACE_ERRORS]);
  const final = ERROR_NAMES.filter((error) => !RETRYABLE_ERRORS.includes(error));
  for (const { ErrorEquals, MaxDelaySeconds, MaxAttempts } of Retry) {
    expect(ErrorEquals.filter((error) => final.some((other) => other === error))).toEqual([]);
    expect(MaxDelaySeconds).toBeLessThanOrEqual(120);
    expect(MaxAttempts).toBeLessThanOrEqual(20);
  }
});

test('a span has more attempts than the other tasks', () => {
  const attempts = (name: string) => taskState(name).Retry.reduce((sum, { MaxAttempts }) => sum + MaxAttempts, 0);
  for (const name of TASKS) expect(attempts(name)).toBe(SPANS.includes(name) ? 12 + 6 + 20 : 4 + 4 + 20);
});

test.each(['Initiate', 'CopyWhole', 'Complete', 'Prove'])('every error of %s leads to Abort', (name) => {
  expect(taskState(name).Catch).toEqual([{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Abort' }]);
});

test('every error of a span leads to Abort, and an error of Abort to Failed with the first error untouched', () => {
  for (const name of SPANS) expect(taskState(name).Catch).toBeUndefined();
  for (const name of [STATES.copyParts, STATES.verifyObject]) {
    expect(definition.States[name]).toMatchObject({
      MaxConcurrency: 40,
      Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Abort' }],
    });
  }
  expect(taskState('Abort').Catch).toEqual([
    { ErrorEquals: ['States.ALL'], ResultPath: '$.abortError', Next: 'Failed' },
  ]);
  expect(definition.States[STATES.abort]).toMatchObject({ ResultPath: null, Next: 'Failed' });
});

test.each(WORKING_STATES)('the timeout of %s is a minute above that of its function', (name) => {
  const task = TASKS.find((other) => other === stateOfEitherWay(name)) ?? 'Abort';
  expect(taskState(name).TimeoutSeconds).toBe(HANDLERS[task].timeoutSeconds + 60);
});

test('an execution has 14 days, and a comment for whoever starts it by hand', () => {
  expect(definition.TimeoutSeconds).toBe(14 * 24 * 3600);
  expect(definition.Comment).toContain('Input: {');
});

test('each call gives a definition of its own', () => {
  const other = copyDefinition();
  other.StartAt = 'elsewhere';
  expect(copyDefinition().StartAt).toBe('Start');
});
