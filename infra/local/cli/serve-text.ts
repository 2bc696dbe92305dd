import { messageOf } from '@objectferry/shared/cause.ts';
import { CopyRequest } from '@objectferry/shared/contract.ts';
import { PUSH_PROVIDERS } from '@objectferry/shared/events/envelope.ts';
import { formatLocation } from '@objectferry/shared/location.ts';
import type { StoreConfigs } from '@objectferry/shared/stores.ts';
import * as v from 'valibot';
import type { Execution } from '#functions/executions.ts';

/** What a server serves. */
interface Served {
  readonly url: string;
  readonly folder: string;
  readonly stores: StoreConfigs;
  /** Whether it takes pushes. */
  readonly events: boolean;
}

/** What a person reads who has started the server. */
export function welcome({ url, folder, stores, events }: Served): string {
  const store = Object.keys(stores)[0] ?? 'store';
  const request = JSON.stringify({ source: `${store}://bucket/key`, destination: `${store}://bucket/copy` });
  const pushes = `Pushes of new objects are taken at ${url}/events/{${PUSH_PROVIDERS.join(',')}}; a tunnel may lead there.\n`;
  return `The API listens on ${url}, for this machine alone. Copies are kept in ${folder}.

  curl -s ${url}/copies -H 'content-type: application/json' -d '${request}'
  curl -s ${url}/copies

Or: objectferry copy SOURCE DESTINATION --endpoint ${url}
${events ? pushes : ''}Ctrl-C stops the copies that run, aborts their uploads and ends the server.
`;
}

/** One line about an execution that begins or ends. */
export function lineOf({ id, state, request, error, cause = '' }: Execution): string {
  const parsed = v.safeParse(CopyRequest, request);
  const { source, destination } = parsed.success ? parsed.output : {};
  const places = source && destination ? ` ${formatLocation(source)} to ${formatLocation(destination)}` : '';
  const why = error === undefined ? '' : `: ${error}: ${messageOf(cause)}`;
  return `${id} ${state === 'timedOut' ? 'timed out' : state}${places}${why}`;
}
