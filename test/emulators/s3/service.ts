import type { WireRequest } from '../answer.ts';
import type { Service } from '../pipeline.ts';
import { checkNames, parseAddress } from './addressing.ts';
import type { S3Call, S3Context } from './context.ts';
import { errorAnswer, errorDocument, idHeaders } from './errors.ts';
import { authorizeRequest } from './permissions.ts';
import { route, unknownOperation } from './router.ts';
import { answerInStoresHabit, inStoresHabit } from './xml-habits.ts';

/** S3 as the pipeline drives it. */
export function createS3Service(
  context: S3Context,
  endpointHosts: readonly string[],
  verify: (call: S3Call) => void,
): Service<S3Call> {
  return {
    read: (request) => read(request, endpointHosts),
    authenticate: (call) => {
      verify(call);
      checkNames(call);
    },
    perform: (call, tweaks) => {
      const found = route(call);
      if (!found) {
        throw unknownOperation();
      }
      authorizeRequest(call, found.action);
      const answer = found.run(context, call, tweaks);
      const headers = { ...idHeaders(call.request), date: context.model.now().toUTCString(), ...answer.headers };
      return answerInStoresHabit({ ...answer, headers }, found.operation, context.quirks);
    },
    refuse: errorAnswer,
    errorDocument: (refusal, request, target) =>
      inStoresHabit(errorDocument(refusal, request), target.operation, context.quirks),
  };
}

function read(request: WireRequest, endpointHosts: readonly string[]): S3Call {
  const address = parseAddress(request.target, request.headers.get('host') ?? '', endpointHosts);
  const partNumber = Number(address.query.get('partNumber') ?? Number.NaN);
  return {
    ...address,
    request,
    operation: route({ request, ...address })?.operation ?? 'Unknown',
    partNumber: Number.isNaN(partNumber) ? undefined : partNumber,
    account: undefined,
    body: request.body,
    trailers: new Map(),
  };
}
