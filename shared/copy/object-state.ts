import type { CopyOptions, PinnedCopy } from '../contract.ts';
import { TOKEN_METADATA } from '../naming.ts';
import type { Runtime } from '../runtime.ts';
import type { OpenStore } from '../stores.ts';
import { withoutToken } from './carried-given.ts';
import { type MadeObject, newObject } from './new-object.ts';

/** Bytes of JSON. What is longer is read again: a state stays small whatever somebody writes into metadata. */
const LONGEST = 4096;

/**
 * What CopyWhole has to know of an object that is to be made, for the state of the machine: neither keys nor the token,
 * which the pinned copy has already. Nothing where it is too long.
 */
export function stateOf(
  { object: { headers, metadata, tags }, tagCount, given }: MadeObject,
  { token }: PinnedCopy,
): Pick<PinnedCopy, 'object' | 'tagCount' | 'given'> {
  const own = token === undefined ? metadata : withoutToken(metadata);
  const object = { headers: pairs({ ...headers }), metadata: pairs(own), tags: pairs(tags) };
  return Buffer.byteLength(JSON.stringify(object)) <= LONGEST ? { object, tagCount, given } : {};
}

/** The object that {@link stateOf} wrote down, with its keys fetched; undefined where there is nothing. */
export async function objectFromState(
  runtime: Runtime,
  { object, tagCount, given, token, checksums }: PinnedCopy,
  { destination, options }: { readonly destination: OpenStore; readonly options: CopyOptions },
): Promise<MadeObject | undefined> {
  if (object === undefined || tagCount === undefined || given === undefined) return undefined;
  const metadata = Object.fromEntries(object.metadata);
  return {
    object: await newObject(runtime, {
      headers: Object.fromEntries(object.headers),
      metadata: token === undefined ? metadata : { ...metadata, [TOKEN_METADATA]: token },
      tags: Object.fromEntries(object.tags),
      checksums,
      destination,
      options,
    }),
    tagCount,
    given,
  };
}

function pairs(values: Readonly<Record<string, string | undefined>>): [string, string][] {
  return Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
}
