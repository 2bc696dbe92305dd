import type { WireRequest } from '../answer.ts';
import type { Service } from '../pipeline.ts';
import { Refusal } from '../refusal.ts';
import { checkNames, parseAddress } from './addressing.ts';
import type { ObsAccount, ObsCall, ObsContext } from './context.ts';
import { dialectOf } from './dialect.ts';
import { commonHeaders, errorAnswer, errorDocument } from './errors.ts';
import { authorizeRequest } from './permissions.ts';
import { refuseMethod, route } from './router.ts';

/** OBS as the pipeline drives it. */
export function createObsService(
  context: ObsContext,
  endpointHosts: readonly string[],
  verify: (call: ObsCall) => ObsAccount,
): Service<ObsCall> {
  return {
    read: (request) => read(request, endpointHosts),
    authenticate: (call) => {
      if (call.operation === 'HeadApiVersion') {
        return;
      }
      if (call.style === 'path' && call.bucket !== undefined && context.quirks.pathStyle === 'refused') {
        throw new Refusal(
          403,
          'VirtualHostDomainRequired',
          'Virtual host domain is required: the bucket must be part of the host name.',
        );
      }
      call.account = verify(call);
      checkNames(call);
    },
    perform: (call, tweaks) => {
      const found = route(call) ?? refuseMethod();
      authorizeRequest(context, call, found.action);
      const answer = found.run(context, call, tweaks);
      return {
        ...answer,
        headers: { ...commonHeaders(call.request), date: context.model.now().toUTCString(), ...answer.headers },
      };
    },
    refuse: errorAnswer,
    errorDocument,
  };
}

function read(request: WireRequest, endpointHosts: readonly string[]): ObsCall {
  const dialect = dialectOf(request);
  const address = parseAddress(request.target, request.headers.get('host') ?? '', endpointHosts);
  const partNumber = Number(address.query.get('partNumber') ?? Number.NaN);
  return {
    ...address,
    request,
    dialect,
    operation: route({ request, dialect, ...address })?.operation ?? 'Unknown',
    partNumber: Number.isNaN(partNumber) ? undefined : partNumber,
    account: undefined,
  };
}
