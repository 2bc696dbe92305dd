import { randomUUID } from 'node:crypto';
import { CopyError } from '@objectferry/shared/errors.ts';
import { parse } from '@objectferry/shared/schema.ts';
import { parseStores } from '@objectferry/shared/stores.ts';
import * as v from 'valibot';
import { readStoresDocument } from '../../stores-file.ts';
import { copyFinding } from '../doctor/deployed-copy.ts';
import { examineDeployment } from '../doctor/deployment.ts';
import type { Finding, Tell } from '../doctor/finding.ts';
import { examineStore } from '../doctor/store.ts';
import { createLocalRuntime } from '../runtime.ts';
import { doctorLines } from './doctor-text.ts';
import { clientFor } from './endpoint-client.ts';
import { DONE, FAILED, STOPPED } from './exit-code.ts';
import { onInterrupt } from './interruption.ts';
import { explain } from './report.ts';

const Flags = v.strictObject({
  stores: v.string(),
  bucket: v.optional(v.array(v.string()), []),
  write: v.boolean(),
  from: v.optional(v.string()),
  to: v.optional(v.string()),
  json: v.optional(v.boolean(), false),
  endpoint: v.optional(v.string()),
  auth: v.optional(v.string()),
  region: v.optional(v.string()),
});
type Flags = v.InferOutput<typeof Flags>;

/** `objectferry doctor`: checks stores or a deployment, a line for each check. @returns the exit code. */
export async function doctor(rawFlags: unknown): Promise<number> {
  const flags = parse(Flags, rawFlags, 'The command line');
  const findings: Finding[] = [];
  const tell: Tell = (finding) => {
    findings.push(finding);
    if (!flags.json) process.stdout.write(doctorLines(finding));
  };
  const stop = new AbortController();
  const release = onInterrupt(() => {
    process.stderr.write('Stopping and cleaning up (press Ctrl-C again to leave at once).\n');
    stop.abort();
  }, 'Left at once: objects under objectferry-doctor/ may be left in the bucket that was being tried.');
  try {
    await (flags.endpoint === undefined ? stores(flags, tell, stop.signal) : deployment(flags, tell, stop.signal));
  } catch (error) {
    if (error instanceof CopyError) return explain(error.name, error.message, flags.json);
    throw error;
  } finally {
    release();
  }
  const failed = findings.some(({ verdict }) => verdict === 'fail');
  if (flags.json) process.stdout.write(`${JSON.stringify({ ok: !failed, findings })}\n`);
  if (stop.signal.aborted) return STOPPED;
  return failed ? FAILED : DONE;
}

async function stores({ stores: file, bucket, write, ...rest }: Flags, tell: Tell, signal: AbortSignal): Promise<void> {
  refuseWithoutEndpoint(rest);
  const configs = parseStores(readStoresDocument(file));
  const { runtime, transport, close } = createLocalRuntime({
    stores: configs,
    env: process.env,
    observe: () => undefined,
  });
  try {
    for (const [name, config] of Object.entries(configs)) {
      if (signal.aborted) return;
      await examineStore(name, config, { runtime, transport, buckets: bucket, write, tell, signal });
    }
  } finally {
    await close();
  }
}

function refuseWithoutEndpoint(flags: Pick<Flags, 'from' | 'to' | 'auth' | 'region'>): void {
  const misplaced = (['from', 'to', 'auth', 'region'] as const).find((name) => flags[name] !== undefined);
  if (misplaced === undefined) return;
  throw new CopyError('InvalidRequest', `--${misplaced} is of use only with --endpoint: give both, or none.`);
}

async function deployment(
  { endpoint = '', auth, region, from, to, write, json }: Flags,
  tell: Tell,
  signal: AbortSignal,
): Promise<void> {
  if ((from === undefined) !== (to === undefined)) {
    throw new CopyError('InvalidRequest', '--from and --to belong together: give both, or none.');
  }
  // Not ended by the signal: it has to tell the copy to stop then.
  const client = clientFor({ endpoint, auth, region, json });
  const token = process.env['OBJECTFERRY_TOKEN'];
  const usable = await examineDeployment({ endpoint, auth, region, token, now: () => new Date(), tell });
  if (!usable) return;
  if (from === undefined || to === undefined || !write) {
    const sentence = 'No copy was made: name a small object with --from and a free place with --to to try one.';
    tell({ subject: 'deployment', check: 'copy', verdict: 'warn', sentence });
    return;
  }
  tell(await copyFinding(client, { from, to, idempotencyKey: randomUUID(), signal }));
}
