import { expect, test } from 'vitest';
import { copyDefinition } from '#infra/local/definition.ts';
import { assertSupported } from '#infra/local/supported.ts';

/** The definition with one value changed, at a path of names. */
function changed(path: readonly string[], value: unknown): unknown {
  const [name, ...rest] = path;
  const apply = (target: unknown, keys: readonly string[]): unknown => {
    const [key, ...inner] = keys;
    if (key === undefined) return value;
    const fields = Object(target);
    if (Array.isArray(fields)) return fields.map((item, index) => (index === Number(key) ? apply(item, inner) : item));
    return { ...fields, [key]: apply(fields[key], inner) };
  };
  return apply(copyDefinition(), [name ?? '', ...rest]);
}

const span = ['States', 'CopyParts', 'ItemProcessor', 'States', 'CopySpan'];
const map = ['States', 'CopyParts'];
const initiate = ['States', 'Initiate'];

test.each<[string, readonly string[], unknown]>([
  ['State "Initiate" uses QueryLanguage', [...initiate, 'QueryLanguage'], 'JSONata'],
  ['The machine uses QueryLanguage', ['QueryLanguage'], 'JSONata'],
  ['State "Initiate" uses Assign', [...initiate, 'Assign'], {}],
  ['State "Initiate" uses HeartbeatSeconds', [...initiate, 'HeartbeatSeconds'], 5],
  ['State "Initiate" uses InputPath', [...initiate, 'InputPath'], '$.x'],
  ['State "Initiate" uses a task without TimeoutSeconds', [...initiate, 'TimeoutSeconds'], undefined],
  [
    'State "Initiate" uses Resource arn:aws:states:::lambda:invoke.waitForTaskToken',
    [...initiate, 'Resource'],
    'arn:aws:states:::lambda:invoke.waitForTaskToken',
  ],
  [
    'State "Initiate" uses Parameters.Payload.x.$ $$.State.Name',
    [...initiate, 'Parameters', 'Payload', 'x.$'],
    '$$.State.Name',
  ],
  [
    'State "Initiate" uses Parameters.Payload.x.$ $$.Task.Token',
    [...initiate, 'Parameters', 'Payload', 'x.$'],
    '$$.Task.Token',
  ],
  [
    'State "Initiate" uses Parameters.Payload.x.$ $$.Execution.Id',
    [...initiate, 'Parameters', 'Payload', 'x.$'],
    '$$.Execution.Id',
  ],
  [
    'State "Initiate" uses Parameters.Payload.x.$ $$.Map.Item.Value',
    [...initiate, 'Parameters', 'Payload', 'x.$'],
    '$$.Map.Item.Value',
  ],
  [
    'State "Initiate" uses Parameters.Payload.x.$ States.Nonsense($.a)',
    [...initiate, 'Parameters', 'Payload', 'x.$'],
    'States.Nonsense($.a)',
  ],
  [
    'State "Initiate" uses Parameters.Payload.x.$ States.Format($.a, States.Nonsense($.b))',
    [...initiate, 'Parameters', 'Payload', 'x.$'],
    'States.Format($.a, States.Nonsense($.b))',
  ],
  ['State "Initiate" uses Parameters.Payload.x.$ $..a', [...initiate, 'Parameters', 'Payload'], [{ 'x.$': '$..a' }]],
  ['State "Initiate" uses ResultPath $', [...initiate, 'ResultPath'], '$'],
  ['State "Initiate" uses OutputPath $.a[?(@.b)]', [...initiate, 'OutputPath'], '$.a[?(@.b)]'],
  ['State "Initiate" uses Retry that is not a list', [...initiate, 'Retry'], {}],
  ['State "Initiate" uses Retry.Comment', [...initiate, 'Retry', '0', 'Comment'], 'x'],
  ['State "Initiate" uses Catch.Assign', [...initiate, 'Catch', '0', 'Assign'], {}],
  ['State "Initiate" uses Catch.ResultPath $', [...initiate, 'Catch', '0', 'ResultPath'], '$'],
  [
    'State "One request or parts?" uses Choices.StringMatches',
    ['States', 'One request or parts?', 'Choices', '0', 'StringMatches'],
    'a*',
  ],
  [
    'State "One request or parts?" uses Choices.Variable $..x',
    ['States', 'One request or parts?', 'Choices', '0', 'Variable'],
    '$..x',
  ],
  [
    'State "Keep parts on failure?" uses Choices.And.IsPresent false',
    ['States', 'Keep parts on failure?', 'Choices', '0', 'And', '0', 'IsPresent'],
    false,
  ],
  [
    'State "Keep parts on failure?" uses Choices.And.Or',
    ['States', 'Keep parts on failure?', 'Choices', '0', 'And', '0', 'Or'],
    [],
  ],
  ['State "CopyParts" uses ItemBatcher', [...map, 'ItemBatcher'], {}],
  ['State "CopyParts" uses ItemReader', [...map, 'ItemReader'], {}],
  ['State "CopyParts" uses ResultWriter', [...map, 'ResultWriter'], {}],
  ['State "CopyParts" uses ToleratedFailurePercentage', [...map, 'ToleratedFailurePercentage'], 5],
  ['State "CopyParts" uses Retry', [...map, 'Retry'], []],
  [
    'State "CopyParts" uses ItemProcessor.ProcessorConfig.Mode DISTRIBUTED',
    [...map, 'ItemProcessor', 'ProcessorConfig', 'Mode'],
    'DISTRIBUTED',
  ],
  [
    'State "CopyParts" uses ItemProcessor.ProcessorConfig.ExecutionType',
    [...map, 'ItemProcessor', 'ProcessorConfig', 'ExecutionType'],
    'STANDARD',
  ],
  ['State "CopyParts" uses ItemProcessor that is not an object', [...map, 'ItemProcessor'], []],
  [
    'State "CopySpan" uses Parameters.Payload.$ $$.Execution.Input',
    [...span, 'Parameters', 'Payload.$'],
    '$$.Execution.Input',
  ],
  ['State "CopySpan" uses a Map inside a Map', span, { Type: 'Map', ItemProcessor: {} }],
  ['State "Wait" uses Type Wait', ['States', 'Wait'], { Type: 'Wait', Seconds: 1 }],
  ['State "Wait" uses Type toString', ['States', 'Wait'], { Type: 'toString' }],
])('%s', (sentence, path, value) => {
  const definition = changed(path, value);
  expect(() => assertSupported(definition)).toThrow(`${sentence}, which the local engine does not run as AWS does.`);
});

test('takes what the machine does not need yet but the engine can', () => {
  const takes = (path: readonly string[], value: unknown) =>
    expect(() => assertSupported(changed(path, value))).not.toThrow();
  takes([...initiate, 'Parameters', 'Payload', 'x.$'], "States.Format('{} {}', $.a, States.UUID())");
  takes([...map, 'ItemSelector', 'x.$'], '$$.Map.Item.Index');
  takes([...map, 'ItemSelector', 'x'], ['plain', { 'y.$': '$.spans[0].first' }]);
});
