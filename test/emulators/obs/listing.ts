import { nameEncoding } from '../pages.ts';
import { invalid, type ObsCall } from './context.ts';

const mostEntries = 1000;

/** The number of entries a listing may have; what is above 1000 gives 1000. */
export function pageSize({ query }: ObsCall, name: string): number {
  const text = query.get(name);
  if (text === undefined || text === '') {
    return mostEntries;
  }
  if (!/^\d+$/.test(text) || Number(text) < 1) {
    throw invalid('InvalidArgument', `Argument ${name} must be an integer between 1 and ${mostEntries}.`);
  }
  return Math.min(Number(text), mostEntries);
}

/** How names in an answer are encoded. */
export function encodingOf({ query }: Pick<ObsCall, 'query'>) {
  return nameEncoding(query, () => invalid('InvalidArgument', 'Invalid Encoding Method specified in Request.'));
}
