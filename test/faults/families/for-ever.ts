import type { Fault } from '../../emulators/fault-plan.ts';
import { answering, type Exception, type Family, type FaultSpec } from '../fault.ts';
import { AFTER, POSITIONS } from '../position.ts';
import { withoutDocument, withoutEtag } from '../unlike.ts';

/** What never lets an upload be aborted leaves it behind whatever we do; the sweep removes it once it can. */
const AT = POSITIONS.filter((position) => !/Abort|List Uploads/.test(position));

function lasting(
  [name, title, result]: readonly [name: string, title: string, result: string],
  fault: Fault,
  except: readonly Exception[] = [],
  unlike?: FaultSpec['unlike'],
): FaultSpec {
  return {
    name: `for-ever-${name}`,
    title,
    at: AT,
    injection: answering(fault),
    times: 'for ever',
    expect: { result },
    except: [...except, { at: AFTER, result, bytes: 'right', because: NOT_SEEN }],
    ...(unlike && { unlike }),
  };
}

const NOT_SEEN = 'The object was complete and right; the copy fails all the same, because nobody could look at it.';
/** The work is done each time, and List Parts or HEAD show it. */
const DONE: Exception = {
  at: ['first part', 'middle part', 'last part', 'Complete', 'CopyObject'],
  result: 'ok',
  because:
    'The work is done each time; List Parts or HEAD show it, so the part is adopted and the object known for ours.',
};
const UNLISTED_ETAG: Exception = {
  at: ['first List Parts', 'List Parts'],
  on: ['qingstor'],
  result: 'IncompleteAnswer',
  because: 'QingStor may list parts without ETags, and without them nothing proves the parts.',
};
const ETAGLESS: Exception = {
  at: ['source tags', 'Initiate'],
  result: 'ok',
  because: 'Nobody needs an ETag there.',
};

/** Faults that stay. */
export const forEver: Family = {
  title: 'For ever',
  text: 'Every request of that kind fails from then on. The copy ends in bounded time and aborts.',
  faults: [
    lasting(['403', '403 AccessDenied', 'AccessDenied'], { kind: 'status', status: 403, code: 'AccessDenied' }, [
      { at: AFTER, result: 'ok', because: 'Who may write but not read is served: the receipt says what is not known.' },
    ]),
    lasting(['500', '500 InternalError', 'ProviderUnavailable'], {
      kind: 'status',
      status: 500,
      code: 'InternalError',
    }),
    lasting(['504', '504 GatewayTimeout', 'ProviderUnavailable'], {
      kind: 'status',
      status: 504,
      code: 'GatewayTimeout',
    }),
    lasting(['429', '429 TooManyRequests', 'Throttled'], { kind: 'status', status: 429, code: 'TooManyRequests' }),
    lasting(['reset', 'reset before the work', 'ConnectionLost'], { kind: 'reset' }),
    lasting(['lost-answer', 'answer lost after the work', 'ConnectionLost'], { kind: 'lost-answer' }, [DONE]),
    lasting(
      ['missing-etag', '200 without an ETag', 'IncompleteAnswer'],
      { kind: 'missing-etag' },
      [DONE, UNLISTED_ETAG, ETAGLESS],
      withoutEtag,
    ),
    lasting(
      ['malformed', 'malformed document', 'IncompleteAnswer'],
      { kind: 'malformed-xml' },
      [DONE, { at: ['source tags'], result: 'IncompleteAnswer' }],
      withoutDocument,
    ),
    lasting(['web-page', 'web page of a proxy, no work', 'IncompleteAnswer'], { kind: 'web-page' }),
  ],
};
