import type { Dispatcher } from 'undici';
import errors from 'undici/lib/core/errors.js';
import { CopyError } from '../errors.ts';
import { listenTogether } from './listen-together.ts';
import type { HttpAnswer, HttpRequest } from './transport.ts';
import { errorOf, timedOut } from './transport-errors.ts';
import { textHeaders } from './wire-headers.ts';

/** One request and its answer. One timer bounds everything: waiting for a connection, the answer's head and its body. */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #request: HttpRequest;
  readonly #resolve: (answer: HttpAnswer) => void;
  readonly #reject: (error: unknown) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #leave: (() => void) | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #ended = false;
  #status: number | undefined;
  #headers: Readonly<Record<string, string>> = {};
  readonly #chunks: Uint8Array[] = [];
  #size = 0;

  constructor(request: HttpRequest, resolve: (answer: HttpAnswer) => void, reject: (error: unknown) => void) {
    this.#request = request;
    const abandon = (): void => this.#fail(this.#request.signal?.reason);
    this.#resolve = resolve;
    this.#reject = reject;
    this.#timer = setTimeout(() => this.#fail(timedOut(request.timeoutMs)), request.timeoutMs);
    this.#leave = request.signal && listenTogether(request.signal, abandon);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#ended) controller.abort(new errors.RequestAbortedError());
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Dispatcher.ResponseData['headers'],
  ): void {
    // What only informs is followed by the answer.
    if (status < 200) return;
    this.#status = status;
    this.#headers = textHeaders(headers);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    this.#size += chunk.byteLength;
    const { maxAnswerBytes } = this.#request;
    if (this.#size <= maxAnswerBytes) this.#chunks.push(chunk);
    else {
      this.#fail(
        new CopyError(
          'IncompleteAnswer',
          `The answer is larger than the ${maxAnswerBytes} bytes that are accepted here.`,
        ),
      );
    }
  }

  onResponseEnd(): void {
    if (this.#ended || this.#status === undefined) return;
    this.#end();
    const [first] = this.#chunks;
    const body = this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks, this.#size);
    this.#resolve({ status: this.#status, headers: this.#headers, body });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#fail(errorOf(error, this.#status !== undefined));
  }

  /** Ends the request with its connection, which may still bring an answer that nobody waits for. */
  #fail(error: unknown): void {
    if (this.#ended) return;
    this.#end();
    this.#controller?.abort(new errors.RequestAbortedError());
    this.#reject(error);
  }

  #end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#leave?.();
  }
}
