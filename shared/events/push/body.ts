import * as v from 'valibot';
import { Refusal } from './refusal.ts';

/** The body as text. @throws Refusal 400 when it is not UTF-8. */
export function textOf(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch (error) {
    throw new Refusal(400, 'The body is not UTF-8 text: send the notification as JSON.', error);
  }
}

/** A text that is one line: no field of a signed text may reach into the next one. */
export const Line = v.pipe(v.string(), v.maxLength(2048), v.regex(/^[^\r\n]*$/));

/** Reads a JSON document of a service. @throws Refusal 400 */
export function readJson<Schema extends v.GenericSchema>(
  schema: Schema,
  body: Uint8Array,
  service: string,
): v.InferOutput<Schema> {
  const text = textOf(body);
  try {
    return v.parse(schema, JSON.parse(text));
  } catch (error) {
    throw new Refusal(400, `The body is no message of ${service}: send it as the service wrote it.`, error);
  }
}
