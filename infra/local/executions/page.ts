import { CopyError } from '@objectferry/shared/errors.ts';
import * as v from 'valibot';
import type { ExecutionsPage, ExecutionsQuery } from '#functions/executions.ts';
import type { ExecutionRecord } from './record.ts';

const DEFAULT_LIMIT = 50;
const LARGEST_LIMIT = 1000;

/** What a page is made of. */
export type Listed = Pick<ExecutionRecord, 'id' | 'state' | 'startedAt' | 'endedAt'>;

/** The last execution of a page: the next one begins after it, whatever has been started meanwhile. */
const Cursor = v.tuple([v.pipe(v.string(), v.isoTimestamp()), v.string()]);

/** Cuts one page, newest first. @throws CopyError InvalidRequest for a cursor that is none. */
export function pageOf(all: Iterable<Listed>, { state, limit, next }: ExecutionsQuery): ExecutionsPage {
  const most = Math.min(Math.max(1, limit ?? DEFAULT_LIMIT), LARGEST_LIMIT);
  const after = next === undefined ? undefined : readCursor(next);
  const rest = [...all]
    .filter((one) => state === undefined || one.state === state)
    .filter((one) => after === undefined || newestFirst(after, one) < 0)
    .sort(newestFirst);
  const page = rest.slice(0, most);
  const last = page.at(-1);
  return {
    executions: page.map((one) => ({
      id: one.id,
      state: one.state,
      startedAt: new Date(one.startedAt),
      endedAt: one.endedAt === undefined ? undefined : new Date(one.endedAt),
    })),
    next: last === undefined || rest.length <= most ? undefined : writeCursor(last),
  };
}

function newestFirst(a: Pick<Listed, 'id' | 'startedAt'>, b: Pick<Listed, 'id' | 'startedAt'>): number {
  // Instants are written in one form, so their texts sort as they do.
  if (a.startedAt !== b.startedAt) return a.startedAt < b.startedAt ? 1 : -1;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

function writeCursor({ startedAt, id }: Listed): string {
  return Buffer.from(JSON.stringify([startedAt, id])).toString('base64url');
}

function readCursor(text: string): Pick<Listed, 'id' | 'startedAt'> {
  try {
    const [startedAt, id] = v.parse(Cursor, JSON.parse(Buffer.from(text, 'base64url').toString()));
    return { startedAt, id };
  } catch {
    throw new CopyError('InvalidRequest', 'next is not one that a page ended with: leave it out for the first page.');
  }
}
