import type { Carried, Receipt } from '@objectferry/shared/contract.ts';

/** What a copy took along besides the bytes, in few lines for a person: what went well shares one. */
export function carriedLines(carried: Receipt['carried'] = []): string[] {
  const named = (...results: Carried['result'][]): Carried[] =>
    carried.filter(({ result }) => results.includes(result));
  const list = (label: string, entries: readonly Carried[]): string[] =>
    entries.length === 0 ? [] : [`  ${label} ${entries.map(({ name }) => name).join(', ')}`];
  return [
    ...list('carried  ', named('equal', 'asAsked')),
    ...named('different').map((entry) => `  different ${differenceText(entry)}`),
    ...named('notCarried').map((entry) => `  left      ${leftText(entry)}`),
    ...list('unseen   ', named('unavailable')),
    ...named('added').map(({ name, destination }) => `  added     ${name} ${destination}`),
  ];
}

/** How the first line goes on when the store keeps something else than it was given; an empty text when it does not. */
export function lossText(carried: Receipt['carried'] = []): string {
  const names = carried.filter(({ result }) => result === 'different').map(({ name }) => name);
  return names.length === 0 ? '' : `, but the store did not keep as given: ${names.join(', ')}`;
}

function differenceText({ name, source, destination, note }: Carried): string {
  const why = note === undefined ? '' : ` (${note})`;
  return `${name}: ${destination ?? 'nothing'} instead of ${source ?? 'what was given'}${why}`;
}

function leftText({ name, source, destination, note }: Carried): string {
  const values = source === undefined ? '' : ` ${source}`;
  const now = destination === undefined ? '' : ` (now ${destination})`;
  return `${name}${values}${now}${note === undefined ? '' : `: ${note}`}`;
}
