import { CopyState, type CopySummary, LARGEST_PAGE } from '@objectferry/shared/api.ts';
import { parse } from '@objectferry/shared/schema.ts';
import * as v from 'valibot';
import type { ApiClient } from '../api-client.ts';
import { clientFor, EndpointFlags, reporting } from './endpoint-client.ts';
import { DONE } from './exit-code.ts';
import { formatSeconds } from './format.ts';

const Flags = v.strictObject({
  ...EndpointFlags,
  state: v.optional(CopyState),
  limit: v.pipe(v.string(), v.regex(/^[1-9]\d{0,5}$/, 'must be a number from 1.'), v.transform(Number)),
});

/** `objectferry list`. @returns the exit code. */
export async function list(rawFlags: unknown): Promise<number> {
  const json = v.is(v.object({ json: v.literal(true) }), rawFlags);
  return reporting(json, async () => {
    const flags = parse(Flags, rawFlags, 'The command line');
    const copies = copiesOf(clientFor(flags), flags);
    const rows: CopySummary[] = [];
    for await (const copy of copies) {
      if (json) process.stdout.write(`${JSON.stringify(copy)}\n`);
      else rows.push(copy);
    }
    if (!json) process.stdout.write(table(rows));
    return DONE;
  });
}

/** As many as were asked for, page by page. */
async function* copiesOf(
  client: ApiClient,
  { state, limit }: { readonly state?: CopyState | undefined; readonly limit: number },
): AsyncGenerator<CopySummary, void, undefined> {
  let next: string | undefined;
  let left = limit;
  do {
    const page = await client.list({ state, limit: Math.min(left, LARGEST_PAGE), next });
    yield* page.copies.slice(0, left);
    left -= page.copies.length;
    next = page.next;
  } while (next !== undefined && left > 0);
}

/** One line for each copy, in columns. */
export function table(copies: readonly CopySummary[]): string {
  if (copies.length === 0) return 'No copies.\n';
  const rows = [
    ['ID', 'STATE', 'STARTED', 'TOOK'],
    ...copies.map(({ id, state, startedAt, endedAt }) => [id, state, startedAt, tookText(startedAt, endedAt)]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  return `${rows.map(line).join('\n')}\n`;
}

function tookText(startedAt: string, endedAt: string | undefined): string {
  return endedAt === undefined ? '' : formatSeconds((Date.parse(endedAt) - Date.parse(startedAt)) / 1000);
}
