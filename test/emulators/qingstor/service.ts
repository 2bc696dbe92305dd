import type { WireRequest } from '../answer.ts';
import type { Service } from '../pipeline.ts';
import { checkKey, parseAddress } from './addressing.ts';
import type { QingstorAccount, QingstorCall, QingstorContext } from './context.ts';
import { errorAnswer, errorDocument, requestIdOf } from './errors.ts';
import { authorize } from './permissions.ts';
import { methodNotAllowed, route } from './router.ts';

/** QingStor as the pipeline drives it. */
export function createQingstorService(
  context: QingstorContext,
  verify: (call: QingstorCall) => QingstorAccount,
): Service<QingstorCall> {
  return {
    documentType: 'application/json',
    read: (request) => read(request, context.zone),
    authenticate: (call) => {
      call.account = verify(call);
      checkKey(call.key);
    },
    perform: (call, tweaks) => {
      const found = route(call);
      if (!found) {
        throw methodNotAllowed();
      }
      authorize(call, found.action, call.bucket, call.key);
      const answer = found.run(context, call, tweaks);
      return {
        ...answer,
        headers: {
          server: 'QingStor',
          date: context.model.now().toUTCString(),
          'x-qs-request-id': requestIdOf(call.request),
          ...answer.headers,
        },
      };
    },
    refuse: errorAnswer,
    errorDocument,
  };
}

function read(request: WireRequest, zone: string): QingstorCall {
  const address = parseAddress(request.target, request.headers.get('host') ?? '', zone);
  // Part 0 is a part like any other: only what is not there is no part.
  const partNumber = Number(address.query.get('part_number') ?? Number.NaN);
  return {
    ...address,
    request,
    operation: route({ request, ...address })?.operation ?? 'Unknown',
    partNumber: Number.isNaN(partNumber) ? undefined : partNumber,
    account: undefined,
  };
}
