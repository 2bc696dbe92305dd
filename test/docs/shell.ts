import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MARK = '=== block';
const LAUNCHER = join(ROOT, 'infra/local/cli/objectferry.js');

/** `npx objectferry` without the second that npx takes to find it; everything else is what a reader's shell has. */
const PROLOGUE = `
npx() { if [ "$1" = objectferry ]; then shift; '${process.execPath}' '${LAUNCHER}' "$@"; else command npx "$@"; fi; }
export PATH="${dirname(process.execPath)}:$PATH" HOME="$PWD" XDG_STATE_HOME="$PWD/.state" ROOT='${ROOT}'
unset \${!AWS_*} \${!OBJECTFERRY_*}
`;

/** What commands need of the machine besides ours. */
export async function hasTools(): Promise<boolean> {
  const ended = await bash('command -v curl openssl', process.cwd());
  return ended.trim().split('\n').length === 2;
}

/**
 * Runs blocks of shell commands one after another in one shell, as a reader pastes them, in a folder of their own.
 *
 * @returns what each block printed, errors included. What still runs in the end is killed.
 */
export async function runBlocks(blocks: readonly string[], before = ''): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'objectferry-docs-'));
  try {
    const script = [
      PROLOGUE,
      before,
      ...blocks.flatMap((block, index) => [`echo; echo '${MARK} ${index}'`, block]),
    ].join('\n');
    const output = await bash(script, folder);
    const [, ...pieces] = output.split(new RegExp(`^${MARK} \\d+$`, 'm'));
    return pieces.map((piece) => piece.trim().replaceAll(/\n{2,}/g, '\n'));
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function bash(script: string, cwd: string): Promise<string> {
  const child = spawn('bash', ['-c', script], { cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  await new Promise<void>((resolve, reject) => {
    child.on('error', reject);
    // Not "close": what runs in the background keeps the pipes.
    child.on('exit', () => resolve());
  });
  await new Promise((resolve) => setImmediate(resolve));
  if (child.pid !== undefined) killGroup(child.pid);
  return output;
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing was left running.
  }
}
