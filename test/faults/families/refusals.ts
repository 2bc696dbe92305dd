import { answering, type Family, type FaultSpec, OK } from '../fault.ts';
import { POSITIONS } from '../position.ts';

const HINT_S = 7;
const DELAY_MS = 9_000;

function passing(name: string, title: string, status: number, code: string): FaultSpec {
  return { name, title, at: POSITIONS, injection: answering({ kind: 'status', status, code }), expect: OK };
}

/** Refusals that the next try does not meet again. */
export const refusals: Family = {
  title: 'Refused once',
  text: 'The provider does nothing and answers with a status; the next try passes.',
  faults: [
    passing('500', '500 InternalError', 500, 'InternalError'),
    passing('502', '502 without a known code, as from a gateway', 502, 'BadGateway'),
    passing('503', '503 SlowDown', 503, 'SlowDown'),
    {
      ...passing('503-retry-after', `503 SlowDown with Retry-After: ${HINT_S}`, 503, 'SlowDown'),
      injection: answering({
        kind: 'status',
        status: 503,
        code: 'SlowDown',
        headers: { 'retry-after': String(HINT_S) },
      }),
      waitsMs: () => HINT_S * 1000,
    },
    {
      ...passing('503-qos-delay', '503 SlowDown with a qos-delay-time', 503, 'SlowDown'),
      injection: {
        kind: 'answer',
        fault: ({ provider }) => ({
          kind: 'status',
          status: 503,
          code: 'SlowDown',
          headers: { [provider.delayHeader ?? '']: String(DELAY_MS) },
        }),
      },
      waitsMs: () => DELAY_MS,
      unlike: ({ delayHeader }) => (delayHeader === undefined ? 'Only OSS and OBS have such a header.' : undefined),
    },
    passing('429', '429 TooManyRequests', 429, 'TooManyRequests'),
    passing('504', '504 GatewayTimeout', 504, 'GatewayTimeout'),
  ],
};
