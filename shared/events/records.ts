import { CopyError } from '../errors.ts';

/** Far more than any service puts into one message. */
const MAX_RECORDS = 100;

/** The records of a message. @throws CopyError InvalidRequest when there are more than anybody sends. */
export function limited<Value>(records: readonly Value[]): readonly Value[] {
  if (records.length <= MAX_RECORDS) return records;
  throw new CopyError('InvalidRequest', `The message has ${records.length} records; at most ${MAX_RECORDS} are read.`);
}
