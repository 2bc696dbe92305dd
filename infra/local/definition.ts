import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TASKS } from '@objectferry/shared/naming.ts';
import type { StateMachineDefinition } from 'aws-local-stepfunctions';
import * as v from 'valibot';
import { createMachineApp, type MachineApp } from '../machine-app.ts';

const StateMachineResource = v.object({
  Type: v.literal('AWS::StepFunctions::StateMachine'),
  Properties: v.object({
    DefinitionString: v.object({ 'Fn::Join': v.tuple([v.literal(''), v.array(v.unknown())]) }),
  }),
});
const Template = v.object({ Resources: v.record(v.string(), v.unknown()) });

let cached: StateMachineDefinition | undefined;

/**
 * The definition of `CopyObject`, taken from a synthesized stack: the very text that is deployed, in which only
 * the tokens are resolved. The ARN of each function ends in the name of its task.
 */
export function copyDefinition(): StateMachineDefinition {
  return structuredClone(frozenCopyDefinition());
}

/** The same, one for the whole process: nobody can change it, so that a copy needs no copy of it. */
export function frozenCopyDefinition(): StateMachineDefinition {
  cached ??= deepFrozen(synthesize());
  return cached;
}

function deepFrozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  Object.values(value).forEach(deepFrozen);
  return Object.freeze(value);
}

function synthesize(): StateMachineDefinition {
  const outdir = mkdtempSync(join(tmpdir(), 'objectferry-'));
  try {
    // Without bundles and without CDK's own check of the template: the text depends on neither, and both take seconds.
    // Deployment has both.
    const machine = createMachineApp({
      outdir,
      builtinCloudFormationValidation: false,
      context: { 'aws:cdk:bundling-stacks': [] },
    });
    const { template } = machine.app.synth().getStackArtifact(machine.stack.artifactId);
    return JSON.parse(resolveText(definitionParts(template), tokensOf(machine)));
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

function definitionParts(template: unknown): readonly unknown[] {
  const machines = Object.values(v.parse(Template, template).Resources).filter((resource) =>
    v.is(StateMachineResource, resource),
  );
  const [machine, ...others] = machines;
  if (machine === undefined || others.length > 0) throw new TypeError('The stack must have exactly one state machine.');
  return machine.Properties.DefinitionString['Fn::Join'][1];
}

/** What stands for each token of the text, by the token as JSON. */
function tokensOf({ stack, functions: handlers }: MachineApp): ReadonlyMap<string, string> {
  const functions = TASKS.map(
    (task) =>
      [
        JSON.stringify(stack.resolve(handlers[task].functionArn)),
        `arn:aws:lambda:us-east-1:000000000000:function:${task}`,
      ] as const,
  );
  return new Map([...functions, [JSON.stringify({ Ref: 'AWS::Partition' }), 'aws']]);
}

function resolveText(parts: readonly unknown[], tokens: ReadonlyMap<string, string>): string {
  const texts = parts.map((part) => {
    const text = typeof part === 'string' ? part : tokens.get(JSON.stringify(part));
    if (text === undefined) throw new TypeError(`The definition has a token nobody knows: ${JSON.stringify(part)}.`);
    return text;
  });
  return texts.join('');
}
