import type { Context } from 'hono';
import type { Execution, Executions } from '../executions.ts';
import { ApiProblem } from './problem.ts';

/** The execution that a path names. @throws ApiProblem CopyNotFound */
export async function findCopy(context: Context, executions: Executions): Promise<Execution> {
  const execution = await executions.describe(context.req.param('id') ?? '');
  if (execution !== undefined) return execution;
  throw new ApiProblem(
    'CopyNotFound',
    'There is no copy of this id: GET /copies lists those there are; copies that ended 90 days ago are forgotten.',
  );
}
