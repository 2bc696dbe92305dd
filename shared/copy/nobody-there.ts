import { CopyError } from '../errors.ts';

/** How a system says that no server listens at an address, or that a name has none. */
const SAYINGS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refuses connections',
  ENOTFOUND: 'has no address',
};

/**
 * What it means when the very first request of a copy, after all its tries, met no server at all: the endpoint is
 * wrong, or not there. Nothing is lost by failing now, where an outage in the middle of a copy is sat out for minutes.
 *
 * @returns InvalidConfig, which no state tries again; any other error as it is.
 */
export function nobodyThere(error: unknown, store: string): unknown {
  if (!(error instanceof CopyError) || error.name !== 'ConnectionLost') return error;
  const code = systemCode(error.facts.cause);
  const saying = code !== undefined && Object.hasOwn(SAYINGS, code) ? SAYINGS[code] : undefined;
  if (saying === undefined) return error;
  const sentence = `The endpoint of store ${store} ${saying} (${code}): check it in the stores file, and that it can be reached from here.`;
  return new CopyError('InvalidConfig', sentence, error.facts);
}

function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'cause' in error ? systemCode(error.cause) : undefined;
}
