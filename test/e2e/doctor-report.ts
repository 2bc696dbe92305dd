import type { Server } from 'node:http';
import * as v from 'valibot';
import type { Ended } from './cli-process.ts';

const Report = v.object({
  ok: v.boolean(),
  findings: v.array(
    v.object({
      subject: v.string(),
      check: v.string(),
      verdict: v.picklist(['ok', 'warn', 'fail']),
      sentence: v.string(),
      policy: v.optional(v.unknown()),
    }),
  ),
});
type Report = v.InferOutput<typeof Report>;

/** What `doctor --json` printed. */
export const reportOf = ({ stdout }: Ended): Report => v.parse(Report, JSON.parse(stdout));
/** Each finding without its sentence. */
export const linesOf = ({ findings }: Report) =>
  findings.map((found) => `${found.verdict} ${found.subject} ${found.check}`);
export const failuresOf = ({ findings }: Report) => findings.filter(({ verdict }) => verdict === 'fail');

/** Has a server listen on loopback. */
export async function listening(server: Server): Promise<{ readonly endpoint: string }> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return { endpoint: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}` };
}
