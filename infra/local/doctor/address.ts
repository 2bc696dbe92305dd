import { CopyError } from '@objectferry/shared/errors.ts';
import type { HttpAnswer, Transport } from '@objectferry/shared/http/transport.ts';
import { connectionSentence } from './connection.ts';
import type { Finding } from './finding.ts';

const TIMEOUT_MS = 15_000;
const MAX_ANSWER_BYTES = 1024 * 1024;

/** Request ids, which every answer of an object store has, also one that refuses: `x-oss-request-id` and its kind. */
const REQUEST_ID = /^x-(?:oss|obs|amz|qs)-request-id$/;

/** What an endpoint said to a request without a signature, and whether copies can go there. */
export interface Addressed {
  readonly finding: Finding;
  /** Absent when there was no answer. */
  readonly answer?: HttpAnswer | undefined;
}

/** Asks an endpoint for nothing, without a signature: the refusal shows that an object store is there. */
export async function addressFinding(subject: string, endpoint: string, transport: Transport): Promise<Addressed> {
  const finding = (verdict: Finding['verdict'], sentence: string): Finding => ({
    subject,
    check: 'address',
    verdict,
    sentence,
  });
  try {
    const answer = await transport({
      method: 'GET',
      origin: endpoint,
      target: '/',
      headers: {},
      timeoutMs: TIMEOUT_MS,
      maxAnswerBytes: MAX_ANSWER_BYTES,
    });
    if (Object.keys(answer.headers).some((name) => REQUEST_ID.test(name))) {
      return { answer, finding: finding('ok', `${endpoint} answers as an object store does.`) };
    }
    const sentence = `${endpoint} answers with status ${answer.status}, but not as an object store does: correct the endpoint, or look for a proxy in between.`;
    return { answer, finding: finding('fail', sentence) };
  } catch (error) {
    if (!(error instanceof CopyError)) throw error;
    const sentence =
      error.name === 'IncompleteAnswer'
        ? `${endpoint} answers with something that is not HTTP: correct scheme and port.`
        : connectionSentence(endpoint, error);
    return { finding: finding('fail', sentence) };
  }
}
