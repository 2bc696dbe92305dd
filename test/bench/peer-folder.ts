import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Packages for one run of the bench. */
export interface PeerFolder extends AsyncDisposable {
  /** Undefined when they could not be had. */
  readonly path: string | undefined;
  /** Why not, in a sentence. */
  readonly absent: string | undefined;
}

const PATIENCE_MS = 90_000;
/** aws-s3-multipart-copy is made for the second SDK of AWS, which it leaves to its user to install. */
const PACKAGES = ['aws-s3-multipart-copy@1.0.12', 'aws-sdk@2.1693.0'];
const run = promisify(execFile);

/** Installs what the project does not depend on into a temporary folder. */
export async function installPeers(): Promise<PeerFolder> {
  const path = await mkdtemp(join(tmpdir(), 'objectferry-peers-'));
  const remove = () => rm(path, { recursive: true, force: true });
  try {
    const flags = ['--prefix', path, '--no-save', '--ignore-scripts', '--no-audit', '--no-fund'];
    await run('npm', ['install', ...flags, ...PACKAGES], { timeout: PATIENCE_MS });
    return { path, absent: undefined, [Symbol.asyncDispose]: remove };
  } catch {
    const absent = `aws-s3-multipart-copy is not measured: npm could not install ${PACKAGES.join(' and ')} in ${PATIENCE_MS / 1000} s.`;
    return { path: undefined, absent, [Symbol.asyncDispose]: remove };
  }
}
