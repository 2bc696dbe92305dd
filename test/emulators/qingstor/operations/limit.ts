import { Refusal } from '../../refusal.ts';
import type { QingstorCall } from '../context.ts';

const mostEntries = 1000;
const usualEntries = 200;

/** The number of entries a page may have: 1 to 1000, 200 if not said otherwise. */
export function limitOf({ query }: QingstorCall): number {
  const text = query.get('limit') ?? '';
  if (text === '') {
    return usualEntries;
  }
  const limit = Number(text);
  if (!/^\d+$/.test(text) || limit < 1 || limit > mostEntries) {
    throw new Refusal(400, 'invalid_argument', `The limit must be an integer from 1 to ${mostEntries}.`);
  }
  return limit;
}
