import { CopiesQuery, type CopyList, DEFAULT_PAGE } from '@objectferry/shared/api.ts';
import { parse } from '@objectferry/shared/schema.ts';
import { linksOf } from './links.ts';
import type { Route } from './parts.ts';
import { ApiProblem } from './problem.ts';

/** `GET /copies`: one page of them, newest first. */
export const listCopies: Route = async (context, { executions }) => {
  // A misspelt filter that is passed over would show what nobody asked for.
  const { state, limit = DEFAULT_PAGE, next } = parse(CopiesQuery, singles(context.req.queries()), 'The query');
  const page = await executions.list({ state, limit, next });
  const list: CopyList = {
    copies: page.executions.map(({ id, state, startedAt, endedAt }) => ({
      id,
      state,
      startedAt: startedAt.toISOString(),
      endedAt: endedAt?.toISOString(),
      links: linksOf(id),
    })),
    next: page.next,
  };
  return context.json(list);
};

function singles(query: Readonly<Record<string, readonly string[]>>): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    Object.entries(query).map(([name, values]) => {
      if (values.length > 1) throw new ApiProblem('InvalidRequest', `The query: ${name} is given twice, give it once.`);
      return [name, values[0]];
    }),
  );
}
