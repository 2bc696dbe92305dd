import { clockAheadMs } from '@objectferry/shared/copy/inspect.ts';
import { describe, expect, it } from 'vitest';

const at = (seconds: number): Date => new Date(1_790_000_000_000 + seconds * 1000);

describe("how far the provider's clock is ahead", () => {
  it.each([
    { title: 'an answer dated after it was here', answered: 70, asked: 8, now: 10, ahead: 60_000 },
    { title: 'an answer dated before it was asked for', answered: -50, asked: 8, now: 10, ahead: -58_000 },
    { title: 'an answer dated in between', answered: 9, asked: 8, now: 10, ahead: 0 },
    { title: 'a handler that was frozen after the answer', answered: 9, asked: 8, now: 807, ahead: 0 },
  ])('is known from $title', ({ answered, asked, now, ahead }) => {
    expect(clockAheadMs(at(answered), { asked: at(asked), now: at(now) })).toBe(ahead);
  });
});
