import { dollarText } from '@objectferry/shared/copy/budget.ts';
import type { EstimateDocument, Neighbour } from '../estimate/document.ts';
import { formatBytes, formatSeconds } from './format.ts';

/** An estimate as a person reads it. */
export function estimateLines(document: EstimateDocument): string[] {
  const { source, destination, size, strategy, why, shallowFirst, seconds, historyEvents, historyEventLimit } =
    document;
  return [
    `${strategy === 'whole' ? 'By one request' : 'In parts'}: ${why}.`,
    ...(source === null ? [] : [`  from      ${source}`, `  to        ${destination}`]),
    `  size      ${size} bytes (${formatBytes(size)})`,
    `  how       ${how(document)}`,
    ...(shallowFirst ? ['  first     one request is tried for 30 s: inside one bucket it may move no byte'] : []),
    `  time      ${range(seconds)}, when nothing has to be repeated`,
    `  requests  ${document.requests.map(({ operation, count }) => `${count} ${operation}`).join(', ')}`,
    ...dollarLines(document),
    ...priceLines(document),
    `  history   ${historyEvents} of ${historyEventLimit} events`,
    ...neighbourLine('faster', document.faster, document),
    ...neighbourLine('cheaper', document.cheaper, document),
  ];
}

function range({ best, expected }: EstimateDocument['seconds']): string {
  const [from, to] = [formatSeconds(best), formatSeconds(expected)];
  return from === to ? to : `${from} to ${to}`;
}

function how({ strategy, partCount, partSize, spans, inFlight }: EstimateDocument): string {
  if (strategy === 'whole') return 'one request';
  const each = `${spans} ${spans === 1 ? 'span' : 'spans'}, ${Math.min(inFlight, partCount)} requests in flight each`;
  return `${partCount} ${partCount === 1 ? 'part' : 'parts'} of ${formatBytes(partSize)} in ${each}`;
}

function dollarLines({
  dollars: { total, requests, transitions, invocations, duration },
  maxDollars,
  fits,
}: EstimateDocument): string[] {
  const lines = `requests ${dollarText(requests)}, Step Functions ${dollarText(transitions)}, Lambda ${dollarText(invocations + duration)}`;
  return [
    `  dollars   ${dollarText(total)}: ${lines}`,
    ...(maxDollars === null ? [] : [`  cap       $${maxDollars}: ${fits ? 'it fits' : 'it would be refused'}`]),
  ];
}

function priceLines({ prices: { provider, aws } }: EstimateDocument): string[] {
  const { region, date, confirmed, note, source, writesPerMillion, readsPerMillion, currency } = provider;
  const known = `${writesPerMillion} and ${readsPerMillion} ${currency} for a million writes and reads`;
  return [
    `  prices    ${provider.provider} in ${region}, ${date}: ${known}${confirmed ? '' : ', NOT CONFIRMED'} (${source})`,
    ...(note === undefined ? [] : [`            ${note}`]),
    `            AWS in ${aws.region}, ${aws.date}, without what an account has for free; no traffic, no storage`,
  ];
}

function neighbourLine(word: string, other: Neighbour | null, { dollars, seconds }: EstimateDocument): string[] {
  if (other === null) return [];
  const difference = other.seconds - seconds.expected;
  const time = `${formatSeconds(Math.abs(difference))} ${difference < 0 ? 'shorter' : 'longer'}`;
  const price = `${dollarText(other.dollars)} instead of ${dollarText(dollars.total)}`;
  return [`  ${word.padEnd(8)}  with ${other.partSizeMiB} MiB parts: ${price}, ${time}`];
}
