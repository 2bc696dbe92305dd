import { Problems } from './supported-values.ts';

/**
 * What the engine does just as AWS does, and the tests have shown. It runs a definition with anything else as well,
 * and then does something different without a word; so everything else is refused here, before it runs.
 * To allow more: see that the engine does the same as AWS, add it here, and a test.
 */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  Task: ['Resource', 'Parameters', 'TimeoutSeconds', 'ResultPath', 'OutputPath', 'Retry', 'Catch', 'Next', 'End'],
  Map: [
    'ItemsPath',
    'ItemSelector',
    'ItemProcessor',
    'MaxConcurrency',
    'ResultPath',
    'OutputPath',
    'Catch',
    'Next',
    'End',
  ],
  Choice: ['Choices', 'Default'],
  Pass: ['Parameters', 'ResultPath', 'OutputPath', 'Next', 'End'],
  Succeed: ['OutputPath'],
  Fail: ['Error', 'Cause', 'ErrorPath', 'CausePath'],
};
const MACHINE_FIELDS = ['StartAt', 'States', 'Comment', 'TimeoutSeconds', 'Version'];
const ITERATION_FIELDS = ['StartAt', 'States', 'ProcessorConfig'];
const PROCESSOR_FIELDS = ['Mode'];
const RETRY_FIELDS = [
  'ErrorEquals',
  'IntervalSeconds',
  'BackoffRate',
  'MaxAttempts',
  'MaxDelaySeconds',
  'JitterStrategy',
];
const CATCH_FIELDS = ['ErrorEquals', 'Next', 'ResultPath'];
const RULE_FIELDS = ['Variable', 'StringEquals', 'IsPresent', 'And', 'Next'];

/**
 * Refuses a definition that the engine would run differently from AWS.
 *
 * @throws TypeError one sentence that names the state and the field.
 */
export function assertSupported(definition: unknown): void {
  const machine = new Problems('The machine');
  const fields = machine.record(definition, 'definition');
  machine.allow(fields, MACHINE_FIELDS);
  checkStates(machine, fields['States'], false);
}

function checkStates(owner: Problems, states: unknown, insideMap: boolean): void {
  for (const [name, state] of Object.entries(owner.record(states, 'States'))) {
    checkState(new Problems(`State "${name}"`), state, insideMap);
  }
}

function checkState(problems: Problems, value: unknown, insideMap: boolean): void {
  const state = problems.record(value, 'definition');
  const type = String(state['Type']);
  const allowed = Object.hasOwn(FIELDS, type) ? FIELDS[type] : undefined;
  if (allowed === undefined) throw problems.refuse(`Type ${type}`);
  problems.allow(state, ['Type', 'Comment', ...allowed]);
  problems.paths(state, ['ItemsPath', 'OutputPath', 'ErrorPath', 'CausePath']);
  problems.resultPath(state);
  problems.template(state['Parameters'], 'Parameters', insideMap ? 'iteration' : 'state');
  problems.template(state['ItemSelector'], 'ItemSelector', 'selector');
  for (const retry of problems.records(state['Retry'], 'Retry')) problems.allow(retry, RETRY_FIELDS, 'Retry.');
  for (const catcher of problems.records(state['Catch'], 'Catch')) {
    problems.allow(catcher, CATCH_FIELDS, 'Catch.');
    problems.resultPath(catcher, 'Catch.');
  }
  for (const rule of problems.records(state['Choices'], 'Choices')) checkRule(problems, rule, 'Choices.');
  if (type === 'Task') checkTask(problems, state);
  if (type === 'Map') checkMap(problems, state, insideMap);
}

function checkRule(problems: Problems, rule: Readonly<Record<string, unknown>>, prefix: string): void {
  problems.allow(rule, RULE_FIELDS, prefix);
  problems.paths(rule, ['Variable'], prefix);
  // The engine takes it for a rule that never holds.
  if (rule['IsPresent'] === false) throw problems.refuse(`${prefix}IsPresent false`);
  for (const inner of problems.records(rule['And'], `${prefix}And`)) checkRule(problems, inner, `${prefix}And.`);
}

function checkTask(problems: Problems, state: Readonly<Record<string, unknown>>): void {
  const resource = String(state['Resource']);
  if (!/^arn:[\w-]+:states:::lambda:invoke$/.test(resource)) throw problems.refuse(`Resource ${resource}`);
  // AWS waits for ever, the engine for 60 seconds.
  if (typeof state['TimeoutSeconds'] !== 'number') throw problems.refuse('a task without TimeoutSeconds');
}

function checkMap(problems: Problems, state: Readonly<Record<string, unknown>>, insideMap: boolean): void {
  // The engine's events name an iteration by its index alone.
  if (insideMap) throw problems.refuse('a Map inside a Map');
  const processor = problems.record(state['ItemProcessor'], 'ItemProcessor');
  problems.allow(processor, ITERATION_FIELDS, 'ItemProcessor.');
  const config = problems.record(processor['ProcessorConfig'] ?? {}, 'ItemProcessor.ProcessorConfig');
  problems.allow(config, PROCESSOR_FIELDS, 'ItemProcessor.ProcessorConfig.');
  const mode = config['Mode'] ?? 'INLINE';
  if (mode !== 'INLINE') throw problems.refuse(`ItemProcessor.ProcessorConfig.Mode ${String(mode)}`);
  checkStates(problems, processor['States'], true);
}
