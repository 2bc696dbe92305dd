import type { TaskName } from '@objectferry/shared/naming.ts';
import type { Runtime } from '@objectferry/shared/runtime.ts';
import { parse } from '@objectferry/shared/schema.ts';
import type { GenericSchema, InferOutput } from 'valibot';

/** What a handler may know about the invocation that runs it. */
export interface Invocation {
  /** Milliseconds until the invocation is ended from outside. */
  readonly remainingMs: () => number;
}

/** One state of the machine as a function: parses its input, runs one use case, returns what the state passes on. */
export interface Task {
  readonly name: TaskName;
  readonly run: (runtime: Runtime, event: unknown, invocation: Invocation) => Promise<unknown>;
}

/** Makes a task of a schema and a use case. @throws CopyError InvalidRequest for an input that does not parse. */
export function defineTask<Schema extends GenericSchema>(
  name: TaskName,
  schema: Schema,
  useCase: (runtime: Runtime, input: InferOutput<Schema>, invocation: Invocation) => Promise<unknown>,
): Task {
  return {
    name,
    run: (runtime, event, invocation) => useCase(runtime, parse(schema, event, `The input of ${name}`), invocation),
  };
}
