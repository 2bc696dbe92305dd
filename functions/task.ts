import type { TaskName } from '@objectferry/shared/naming.ts';
import type { ProcessRuntime, Runtime } from '@objectferry/shared/runtime.ts';
import { parse } from '@objectferry/shared/schema.ts';
import type { GenericSchema, InferOutput } from 'valibot';

/** What a handler may know about the invocation that runs it. */
export type Invocation = Pick<Runtime, 'remainingMs' | 'isFirst'>;

/** One state of the machine as a function: parses its input, runs one use case, returns what the state passes on. */
export interface Task {
  readonly name: TaskName;
  readonly run: (process: ProcessRuntime, event: unknown, invocation: Invocation) => Promise<unknown>;
}

/** Makes a task of a schema and a use case. @throws CopyError InvalidRequest for an input that does not parse. */
export function defineTask<Schema extends GenericSchema>(
  name: TaskName,
  schema: Schema,
  useCase: (runtime: Runtime, input: InferOutput<Schema>) => Promise<unknown>,
): Task {
  return {
    name,
    run: async (process, event, invocation) =>
      useCase({ ...process, ...invocation }, parse(schema, event, `The input of ${name}`)),
  };
}
