import { CopyError } from '@objectferry/shared/errors.ts';
import type { HttpAnswer, HttpRequest, Transport } from '@objectferry/shared/http/transport.ts';
import type { Answer } from '../emulators/answer.ts';
import type { Fate } from './fates.ts';
import type { Invocation } from './invocation.ts';
import { operationOf, partNumberOf } from './operation.ts';
import type { Provider } from './provider.ts';
import type { VirtualTime } from './virtual-time.ts';
import type { Witness } from './witness.ts';

/** More requests than any copy of this size needs, whatever happens to it. */
const MOST_REQUESTS = 20_000;

/** One invocation sends a request for one part so often, when all of them fail: twelve tries, each with new keys. */
const MOST_TRIES = 24;

export interface NetworkParts {
  readonly time: VirtualTime;
  readonly witness: Witness;
  readonly fates: { readonly next: (request: HttpRequest, count: number, now: number) => Fate };
  readonly provider: Provider;
  /** Told before a request is worked on, with its number. */
  readonly onArrival: (count: number) => void;
  /** Told before an invocation sends a request, and when the provider has worked on it: it may die of either. */
  readonly onSend: (invocation: Invocation) => void;
  readonly onWorked: (invocation: Invocation, count: number) => void;
}

/** What is between handlers and the provider: takes time, loses, delays. */
export class Network {
  readonly #parts: NetworkParts;

  constructor(parts: NetworkParts) {
    this.#parts = parts;
  }

  /** The transport of one invocation. */
  transportFor(invocation: Invocation): Transport {
    return (request) => this.#send(invocation, request);
  }

  #send(invocation: Invocation, request: HttpRequest): Promise<HttpAnswer> {
    request.signal?.throwIfAborted();
    const { time, witness, fates, onSend } = this.#parts;
    if (invocation.state === 'done') {
      witness.accuse('request after the end', `${invocation.name} has answered, and sends ${operationOf(request)}.`);
    }
    invocation.requests += 1;
    this.#countTries(invocation, request);
    onSend(invocation);
    const answer = Promise.withResolvers<HttpAnswer>();
    if (invocation.state === 'dead') return answer.promise;
    witness.requests += 1;
    const count = witness.requests;
    if (count > MOST_REQUESTS) witness.accuse('bounded', `More than ${MOST_REQUESTS} requests were sent.`);
    const fate = fates.next(request, count, time.now);
    const finish = (settle: () => void): void => {
      time.cancel(timeout);
      request.signal?.removeEventListener('abort', onAbort);
      invocation.deliver(settle);
    };
    const onAbort = (): void => finish(() => answer.reject(request.signal?.reason));
    const timeout = time.after(request.timeoutMs, () => {
      const error = new CopyError('Timeout', `The whole answer did not arrive within ${request.timeoutMs} ms.`);
      finish(() => answer.reject(error));
    });
    request.signal?.addEventListener('abort', onAbort);
    this.#travel(invocation, request, { fate, count }, (given) => {
      finish(() => {
        try {
          answer.resolve(readAnswer(given, request));
        } catch (error) {
          answer.reject(error);
        }
      });
    });
    return answer.promise;
  }

  #countTries({ name, triesOfParts }: Invocation, request: HttpRequest): void {
    const partNumber = partNumberOf(request);
    if (partNumber === undefined || operationOf(request) !== 'UploadPartCopy') return;
    const tries = (triesOfParts.get(partNumber) ?? 0) + 1;
    triesOfParts.set(partNumber, tries);
    if (tries > MOST_TRIES) {
      this.#parts.witness.accuse('bounded', `${name} has asked ${tries} times for part ${partNumber}.`);
    }
  }

  #travel(
    invocation: Invocation,
    request: HttpRequest,
    { fate, count }: { readonly fate: Fate; readonly count: number },
    arrived: (answer: Answer) => void,
  ): void {
    const { time, witness, provider, onArrival, onWorked } = this.#parts;
    const sent = `${count} ${describe(request)}`;
    if (fate.upMs === undefined) {
      witness.tell(invocation.name, () => `${sent} ${fate.name}`);
      onWorked(invocation, invocation.requests);
      return;
    }
    const ownCount = invocation.requests;
    time.after(fate.upMs, () => {
      onArrival(count);
      const work = provider.begin(invocation, request);
      const perform = (): void => {
        const answer = work(fate.fault);
        witness.tell(invocation.name, () => `${sent} -> ${outcome(answer, fate)}`);
        const { delivery } = answer;
        const extraMs = delivery?.kind === 'stall' || delivery?.kind === 'silence' ? delivery.ms : 0;
        time.after(fate.downMs + extraMs, () => arrived(answer));
        onWorked(invocation, ownCount);
      };
      if (fate.workMs > 0) time.after(fate.workMs, perform);
      else perform();
    });
  }
}

function describe(request: HttpRequest): string {
  const partNumber = partNumberOf(request);
  return `${operationOf(request)}${partNumber === undefined ? '' : ` ${partNumber}`}`;
}

function outcome({ status, delivery }: Answer, { name }: Fate): string {
  const text = delivery?.kind === 'reset' && status === 0 ? 'no answer' : String(status);
  return name === undefined ? text : `${text} (${name})`;
}

/** What the production transport makes of an answer. */
function readAnswer(answer: Answer, { method, maxAnswerBytes }: HttpRequest): HttpAnswer {
  const { status, headers, delivery } = answer;
  if (delivery?.kind === 'reset' || delivery?.kind === 'silence') {
    throw new CopyError('ConnectionLost', 'The connection could not be made or broke before an answer came.');
  }
  const bodyless = method === 'HEAD' || status === 204 || status === 304;
  const body = bodyless ? Buffer.alloc(0) : bytesOf(answer.body);
  if (body.length > maxAnswerBytes) {
    const sentence = `The answer is larger than the ${maxAnswerBytes} bytes that are accepted here.`;
    throw new CopyError('IncompleteAnswer', sentence);
  }
  if (delivery?.kind === 'cut' && !bodyless) {
    throw new CopyError('IncompleteAnswer', 'The connection broke in the middle of the answer.');
  }
  return { status, headers: bodyless ? headers : { ...headers, 'content-length': String(body.length) }, body };
}

function bytesOf(body: Answer['body']): Buffer {
  if (body === undefined) return Buffer.alloc(0);
  if (typeof body === 'string' || Buffer.isBuffer(body)) return Buffer.from(body);
  return Buffer.concat([...body.content.chunks(body.offset, body.length)]);
}
