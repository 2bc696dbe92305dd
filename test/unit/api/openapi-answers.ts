import * as v from 'valibot';
import { SCHEMAS } from '#infra/openapi/schemas.ts';
import type { Answer } from './api-world.ts';

const Media = v.object({ schema: v.object({ $ref: v.optional(v.string()) }) });
const Response = v.object({
  headers: v.optional(v.record(v.string(), v.unknown()), {}),
  content: v.record(v.string(), Media),
});
const Operation = v.looseObject({ operationId: v.string(), responses: v.record(v.string(), v.unknown()) });
const METHODS = ['get', 'post', 'delete'];

/** One method of one path, as the document has it. */
export interface DocumentedOperation {
  readonly method: string;
  readonly path: string;
  readonly operationId: string;
  readonly statuses: readonly number[];
  /** What an answer breaks of what is documented; undefined when it keeps it. */
  readonly problemWith: (answer: Answer) => string | undefined;
}

/** Every operation of a document. */
export function operationsOf(document: unknown): readonly DocumentedOperation[] {
  const { paths } = v.parse(v.object({ paths: v.record(v.string(), v.record(v.string(), v.unknown())) }), document);
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([method]) => METHODS.includes(method))
      .map(([method, item]) => {
        const { operationId, responses } = v.parse(Operation, item);
        const problemWith = (answer: Answer) => {
          const response = responses[String(answer.status)];
          if (response === undefined) return `status ${answer.status} is not documented`;
          return problemOf(answer, v.parse(Response, resolve(document, response)));
        };
        return {
          method: method.toUpperCase(),
          path,
          operationId,
          statuses: Object.keys(responses).map(Number),
          problemWith,
        };
      }),
  );
}

function problemOf({ type, body, headers }: Answer, response: v.InferOutput<typeof Response>): string | undefined {
  const missing = Object.keys(response.headers).find((name) => !headers.has(name));
  if (missing !== undefined) return `the header ${missing} is missing`;
  const media = response.content[type.split(';', 1)[0] ?? ''];
  if (media === undefined) return `the type ${type} is not documented`;
  const name = media.schema.$ref?.split('/').at(-1);
  if (name === undefined) return undefined;
  const schema = schemaOf(name);
  if (schema === undefined) return `there is no schema ${name}`;
  const result = v.safeParse(schema, body);
  return result.success ? undefined : `the body is no ${name}: ${JSON.stringify(v.flatten(result.issues))}`;
}

function schemaOf(name: string): v.GenericSchema | undefined {
  return Object.entries(SCHEMAS).find(([known]) => known === name)?.[1];
}

/** Follows a reference inside the document, if it is one. */
function resolve(document: unknown, value: unknown): unknown {
  const reference = v.safeParse(v.object({ $ref: v.string() }), value);
  if (!reference.success) return value;
  const steps = reference.output.$ref.replace(/^#\//, '').split('/');
  return steps.reduce<unknown>((at, step) => v.parse(v.record(v.string(), v.unknown()), at)[step], document);
}
