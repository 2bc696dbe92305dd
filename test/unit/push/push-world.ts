import { believe } from '@objectferry/shared/events/push/believe.ts';
import type { Believed } from '@objectferry/shared/events/push/believed.ts';
import { type Certificate, pinnedCertificates } from '@objectferry/shared/events/push/certificate.ts';
import { createCertificates } from '@objectferry/shared/events/push/certificates.ts';
import type { PushRequest } from '@objectferry/shared/events/push/push-request.ts';
import { Refusal } from '@objectferry/shared/events/push/refusal.ts';
import type { PushParts, SenderRule } from '@objectferry/shared/events/push/senders.ts';
import type { Transport } from '@objectferry/shared/http/transport.ts';
import { createTransport } from '@objectferry/shared/http/undici-transport.ts';
import { expect } from 'vitest';
import type { Answer } from '../../emulators/answer.ts';
import { serveOnLoopback } from '../../emulators/http-server.ts';

export interface PushWorldOptions {
  readonly rules?: readonly SenderRule[];
  readonly secrets?: Readonly<Record<string, string>>;
  readonly pinned?: string;
}

/** The services' hosts as one server on loopback, and everything that judges a push, with a clock of its own. */
export interface PushWorld extends AsyncDisposable {
  readonly transport: Transport;
  /** Answers at an https address; anything else there is a 404. */
  readonly serve: (url: string, answer: string | Partial<Answer>) => void;
  /** Addresses that were asked, in their order. */
  readonly fetched: readonly string[];
  /** Moves the clock. */
  readonly pass: (ms: number) => void;
  readonly now: () => Date;
  readonly parts: PushParts;
  readonly believe: (request: PushRequest) => Promise<Believed>;
  /** Requires a refusal of that status, and that it cost so many fetches. */
  readonly expectRefused: (request: PushRequest, status: number, fetches?: number) => Promise<Refusal>;
}

export async function startPushWorld({ rules = [], secrets = {}, pinned }: PushWorldOptions = {}): Promise<PushWorld> {
  const answers = new Map<string, Answer>();
  const fetched: string[] = [];
  const server = await serveOnLoopback(({ headers, target }) => {
    const url = `https://${headers.get('x-asked-host') ?? ''}${target}`;
    return answers.get(url) ?? { status: 404, headers: {}, body: 'nothing here' };
  });
  const loopback = createTransport();
  const transport: Transport = async (request) => {
    fetched.push(request.origin + request.target);
    // The only change to a request: where it goes. A scheme or port that is not https's own stays visible.
    const host = request.origin.replace(/^https:\/\//, '');
    return loopback({
      ...request,
      origin: `http://127.0.0.1:${server.port}`,
      headers: { ...request.headers, 'x-asked-host': host },
    });
  };
  let elapsed = 0;
  const now = (): Date => new Date(Date.now() + elapsed);
  const parts: PushParts = {
    rules,
    pinned: pinned === undefined ? ([] satisfies Certificate[]) : pinnedCertificates(pinned),
    certificates: createCertificates(transport, now),
    secret: async (id) => secrets[id] ?? expect.fail(`the secret ${id} was asked for`),
    now,
  };
  return {
    transport,
    fetched,
    parts,
    now,
    serve: (url, answer) => {
      const given: Partial<Answer> = typeof answer === 'string' ? { body: answer } : answer;
      answers.set(url, { status: 200, headers: {}, ...given });
    },
    pass: (ms) => {
      elapsed += ms;
    },
    believe: (request) => believe(request, parts),
    expectRefused: async (request, status, fetches = 0) => {
      const before = fetched.length;
      const error = await believe(request, parts).then(
        (believed) => expect.fail(`the push was believed: ${JSON.stringify(believed)}`),
        (reason: unknown) => reason,
      );
      if (!(error instanceof Refusal)) throw error;
      // What is wrong, and what to do about it.
      expect(error.message).toMatch(/^[A-Z].*: .*[.]$/s);
      expect({ status: error.status, fetches: fetched.length - before }).toEqual({ status, fetches });
      return error;
    },
    [Symbol.asyncDispose]: async () => {
      await loopback.close();
      await server.close();
    },
  };
}

export const MINUTE_MS = 60_000;
export const DAY_MS = 24 * 60 * MINUTE_MS;
