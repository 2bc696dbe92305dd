import { ERROR_NAMES, RETRYABLE_ERRORS } from '@objectferry/shared/errors.ts';
import { STATES, TASKS } from '@objectferry/shared/naming.ts';
import validate from 'asl-validator';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { HANDLERS } from '#infra/copy-functions.ts';
import { copyDefinition } from '#infra/local/definition.ts';
import { assertSupported } from '#infra/local/supported.ts';
import { INVOCATION_ERRORS, NO_PLACE_ERRORS } from '#infra/machine/retries.ts';

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
const states: Record<string, unknown> = { ...definition.States, ...iterator() };

function iterator(): Record<string, unknown> {
  const map = definition.States[STATES.copyParts];
  return map?.Type === 'Map' ? { ...map.ItemProcessor?.States } : {};
}

const taskState = (name: string) => v.parse(Task, states[name]);

test('the definition is valid and runs here as it does on AWS', () => {
  expect(validate(structuredClone(definition)).errorsText()).toBe('');
  expect(() => assertSupported(definition)).not.toThrow();
});

test('the states are the ones that naming.ts tells operators about', () => {
  expect(Object.keys(states).sort()).toEqual(Object.values(STATES).sort());
});

test.each(TASKS)('%s tries again on exactly the retryable names and the failures of Lambda', (name) => {
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
  expect(attempts('CopySpan')).toBe(12 + 6 + 20);
  for (const name of TASKS.filter((task) => task !== 'CopySpan')) expect(attempts(name)).toBe(4 + 4 + 20);
});

test.each(['Initiate', 'CopyWhole', 'Complete'])('every error of %s leads to Abort', (name) => {
  expect(taskState(name).Catch).toEqual([{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Abort' }]);
});

test('every error of a span leads to Abort, and an error of Abort to Failed with the first error untouched', () => {
  expect(taskState('CopySpan').Catch).toBeUndefined();
  expect(definition.States[STATES.copyParts]).toMatchObject({
    MaxConcurrency: 40,
    Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Abort' }],
  });
  expect(taskState('Abort').Catch).toEqual([
    { ErrorEquals: ['States.ALL'], ResultPath: '$.abortError', Next: 'Failed' },
  ]);
  expect(definition.States[STATES.abort]).toMatchObject({ ResultPath: null, Next: 'Failed' });
});

test.each(TASKS)('the timeout of %s is a minute above that of its function', (name) => {
  expect(taskState(name).TimeoutSeconds).toBe(HANDLERS[name].timeoutSeconds + 60);
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
