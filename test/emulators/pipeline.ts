import type { Answer, WireRequest } from './answer.ts';
import type { Fault } from './fault-plan.ts';
import type { Faults, Target } from './faults.ts';
import type { Responder } from './http-server.ts';
import { Refusal } from './refusal.ts';
import type { RequestLog } from './request-log.ts';
import { insteadOfWork, spoil, withoutEtag } from './spoil.ts';

/** What a fault changes about an operation itself, rather than about its answer. */
export interface Tweaks {
  readonly wholeObject: boolean;
  /** Bytes that a copied part is to lack. */
  readonly missingBytes: number;
}

/** A provider, as the pipeline drives it. Any step may throw a `Refusal`. */
export interface Service<Call extends Target> {
  /** Finds out what is asked for, without judging it. */
  read(request: WireRequest): Call;
  /** Verifies the signature, before faults apply: a fault must never hide that a client signs wrongly. */
  authenticate(call: Call): void;
  perform(call: Call, tweaks: Tweaks): Answer;
  /** The provider's own error answer. */
  refuse(refusal: Refusal, request: WireRequest, target: Target | undefined): Answer;
  /** The provider's own error document, for the places where it comes with status 200. */
  errorDocument(refusal: Refusal, request: WireRequest, target: Target): string;
  /** The content type of its documents, XML if not said otherwise. */
  readonly documentType?: string;
}

/** What the pipeline works with besides the provider. */
export interface PipelineOptions {
  readonly faults: Faults;
  readonly log: RequestLog;
  /** Told of every request that can be read, before its signature is looked at: keys and clocks change in between. */
  readonly onArrival?: ((target: Target) => void) | undefined;
  /** Told of every authenticated request before it is worked on: a test can change the world between two requests. */
  readonly onRequest?: ((target: Target) => void) | undefined;
  /** What time it is for an answer that does not say so itself; the machine's own time if not given. */
  readonly now?: (() => Date) | undefined;
}

const plain: Tweaks = { wholeObject: false, missingBytes: 0 };

/** Makes a responder of a provider: read, authenticate, decide on a fault, work, spoil the answer, count. */
export function createPipeline<Call extends Target>(service: Service<Call>, options: PipelineOptions): Responder {
  return (request) => {
    let call: Call | undefined;
    let fault: Fault | undefined;
    let answer: Answer;
    try {
      call = service.read(request);
      options.onArrival?.(call);
      service.authenticate(call);
      const injection = options.faults.next(call, request.id);
      fault = injection.fault;
      options.onRequest?.(call);
      answer = carryOut(service, call, request, fault);
      if (injection.latencyMs > 0) {
        answer = { ...answer, latencyMs: injection.latencyMs };
      }
    } catch (error) {
      if (!(error instanceof Refusal)) {
        throw error;
      }
      answer = service.refuse(error, request, call);
    }
    options.log.add(request, call, reaches(answer) ? answer.status : 0, fault?.kind);
    return options.now === undefined ? answer : dated(answer, options.now());
  };
}

/** A refusal has the service's time as well: that is how a client learns whose clock is wrong. */
function dated(answer: Answer, now: Date): Answer {
  return { ...answer, headers: { date: now.toUTCString(), ...answer.headers } };
}

function reaches({ delivery }: Answer): boolean {
  return delivery?.kind !== 'reset' && delivery?.kind !== 'silence';
}

function carryOut<Call extends Target>(
  service: Service<Call>,
  call: Call,
  request: WireRequest,
  fault: Fault | undefined,
): Answer {
  const work = (tweaks: Tweaks = plain): Answer => {
    try {
      return service.perform(call, tweaks);
    } catch (error) {
      if (error instanceof Refusal) {
        return service.refuse(error, request, call);
      }
      throw error;
    }
  };
  switch (fault?.kind) {
    case 'status':
      throw new Refusal(fault.status, fault.code, fault.message ?? 'The emulator was told to answer this.', {
        headers: fault.headers ?? {},
      });
    case 'repeated':
      work();
      return work();
    case 'whole-object':
      return work({ ...plain, wholeObject: true });
    case 'wrong-size':
      return work({ ...plain, missingBytes: fault.bytes });
    case 'error-in-200': {
      const refusal = new Refusal(200, fault.code, fault.message ?? 'The emulator was told to answer this.');
      const headers = fault.done ? withoutEtag(work()).headers : {};
      return {
        status: 200,
        headers: { ...headers, 'content-type': service.documentType ?? 'application/xml' },
        body: service.errorDocument(refusal, request, call),
      };
    }
    default:
      return insteadOfWork(fault) ?? spoil(work(), fault);
  }
}
