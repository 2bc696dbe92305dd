import { answering, type Family, OK } from '../fault.ts';
import { POSITIONS } from '../position.ts';
import { withoutBody, withoutDocument } from '../unlike.ts';

/** Longer than any cell runs: the request is given up first. */
const FOR_EVER_MS = 600_000;
/** What the request that is hit is given. */
const TIMEOUT_MS = 100;

/** Connections that break. */
export const connections: Family = {
  title: 'The connection breaks once',
  text: 'Nobody can tell from such an answer whether the work was done, so every row is also one of "answer lost".',
  faults: [
    {
      name: 'reset',
      title: 'reset before the work',
      at: POSITIONS,
      injection: answering({ kind: 'reset' }),
      expect: OK,
    },
    {
      name: 'lost-answer',
      title: 'reset after the work, the answer is lost',
      at: POSITIONS,
      injection: answering({ kind: 'lost-answer' }),
      expect: OK,
    },
    {
      name: 'cut-answer',
      title: 'closed in the middle of the answer',
      at: POSITIONS,
      injection: answering({ kind: 'cut-body' }),
      unlike: withoutBody,
      expect: OK,
    },
    {
      name: 'reset-after',
      title: 'reset right after the answer',
      at: POSITIONS,
      injection: answering({ kind: 'reset-after' }),
      racy: true,
      expect: OK,
    },
    {
      name: 'timeout',
      title: 'no answer until the timeout, no work',
      at: POSITIONS,
      injection: answering({ kind: 'stall', ms: FOR_EVER_MS, where: 'before' }),
      timeoutMs: TIMEOUT_MS,
      expect: OK,
    },
    {
      name: 'stall',
      title: 'stall in the answer until the timeout, the work done',
      at: POSITIONS,
      injection: answering({ kind: 'stall', ms: FOR_EVER_MS }),
      timeoutMs: TIMEOUT_MS,
      unlike: withoutDocument,
      expect: OK,
    },
  ],
};
