import type { WireRequest } from '../answer.ts';
import type { Service } from '../pipeline.ts';
import { Refusal } from '../refusal.ts';
import { checkNames, parseAddress } from './addressing.ts';
import type { OssAccount, OssCall, OssContext } from './context.ts';
import { errorAnswer, errorDocument, requestIdOf } from './errors.ts';
import { authorizeRequest } from './permissions.ts';
import { route } from './router.ts';

/** OSS as the pipeline drives it. */
export function createOssService(
  context: OssContext,
  endpointHosts: readonly string[],
  verify: (call: OssCall) => OssAccount,
): Service<OssCall> {
  return {
    read: (request) => read(request, endpointHosts),
    authenticate: (call) => {
      call.account = verify(call);
      checkNames(call);
    },
    perform: (call, tweaks) => {
      const found = route(call);
      if (!found) {
        throw new Refusal(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.');
      }
      authorizeRequest(context, call, found.action);
      const answer = found.run(context, call, tweaks);
      return {
        ...answer,
        headers: {
          server: 'AliyunOSS',
          date: context.model.now().toUTCString(),
          'x-oss-request-id': requestIdOf(call.request),
          ...answer.headers,
        },
      };
    },
    refuse: errorAnswer,
    errorDocument,
  };
}

function read(request: WireRequest, endpointHosts: readonly string[]): OssCall {
  const address = parseAddress(request.target, request.headers.get('host') ?? '', endpointHosts);
  const partNumber = Number(address.query.get('partNumber') ?? Number.NaN);
  return {
    ...address,
    request,
    operation: route({ request, ...address })?.operation ?? 'Unknown',
    partNumber: Number.isNaN(partNumber) ? undefined : partNumber,
    account: undefined,
  };
}
