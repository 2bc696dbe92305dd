import * as v from 'valibot';
import { CopyError } from '../errors.ts';

/** A page of 1000 uploads with keys of 1023 bytes stays below it, also when every character is escaped. */
const MAX_BYTES = 8 * 1024 * 1024;

/**
 * Reads a JSON document through a schema.
 *
 * @throws CopyError IncompleteAnswer for anything that is not one whole JSON object of that shape, or is too large.
 */
export function parseJson<Schema extends v.GenericSchema>(body: Uint8Array, schema: Schema): v.InferOutput<Schema> {
  const document = decoded(body);
  if (typeof document !== 'object' || document === null || Array.isArray(document)) throw malformed('not an object');
  const parsed = v.safeParse(schema, document);
  if (parsed.success) return parsed.output;
  throw malformed(`not as expected in ${v.getDotPath(parsed.issues[0]) ?? 'its root'}`);
}

function decoded(body: Uint8Array): unknown {
  if (body.byteLength > MAX_BYTES) throw malformed(`longer than ${MAX_BYTES} bytes`);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    // Without the cause: the parser quotes the text, and a mirror would send our headers back in it.
    throw malformed('cut off or malformed');
  }
}

function malformed(problem: string): CopyError {
  return new CopyError('IncompleteAnswer', `The JSON document of the answer is ${problem}.`);
}
