import { setTimeout } from 'node:timers/promises';
import type { CopyStatus } from '@objectferry/shared/api.ts';
import { CopyError } from '@objectferry/shared/errors.ts';
import { type ApiClient, ApiError } from '../api-client.ts';
import type { Finding } from './finding.ts';

const POLL_MS = 500;

/** The copy to make, in locations. */
export interface DeployedCopy {
  readonly from: string;
  readonly to: string;
  /** The same one starts no second copy when an answer is lost. */
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
}

/** Copies an object through an API, to its receipt; never over an object that is there. */
export async function copyFinding(client: ApiClient, copy: DeployedCopy): Promise<Finding> {
  const finding = (verdict: Finding['verdict'], sentence: string): Finding => ({
    subject: 'deployment',
    check: 'copy',
    verdict,
    sentence,
  });
  let id: string | undefined;
  try {
    const request = { source: copy.from, destination: copy.to, options: { overwrite: 'never' } };
    ({ id } = await client.submit(request, copy.idempotencyKey));
    const end = await ended(client, id, copy.signal);
    if (end.state === 'succeeded' && end.receipt !== undefined) {
      const { size, strategy, seconds } = end.receipt;
      const sentence = `${id} copied ${size} bytes (${strategy}) in ${seconds} s; ${copy.to} stays, delete it when you like.`;
      return finding('ok', sentence);
    }
    const { name = end.state, message = '', advice = '' } = end.error ?? {};
    return finding('fail', `${id} ended as ${end.state}: ${name}: ${message} ${advice}`.trimEnd());
  } catch (error) {
    if (copy.signal.aborted && id !== undefined) {
      await client.stop(id).catch(() => undefined);
      return finding('fail', `${id} was told to stop, because the doctor was stopped.`);
    }
    if (error instanceof CopyError || error instanceof ApiError) {
      return finding('fail', `The copy could not be made: ${error.name}: ${error.message}`);
    }
    throw error;
  }
}

async function ended(client: ApiClient, id: string, signal: AbortSignal): Promise<CopyStatus> {
  for (;;) {
    const status = await client.status(id);
    if (status.state !== 'running') return status;
    await setTimeout(POLL_MS, undefined, { signal });
  }
}
