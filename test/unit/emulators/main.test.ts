import { spawn } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const command = fileURLToPath(import.meta.resolve('#test/emulators/main.ts'));

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command; once it has printed something and `use` is through with it, it is asked to stop. */
function run(args: readonly string[], use?: (stdout: string) => Promise<void>): Promise<Outcome> {
  const child = spawn(process.execPath, [command, ...args]);
  let stdout = '';
  let stderr = '';
  let used = false;
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  return new Promise((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      if (!used && stdout.endsWith('\n')) {
        used = true;
        (use?.(stdout) ?? Promise.resolve()).catch(reject).finally(() => child.kill('SIGTERM'));
      }
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

async function file(text: string): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'objectferry-')), 'faults.json');
  await writeFile(path, text);
  return path;
}

describe('the emulators command', () => {
  it('prints endpoints, keys and a stores file, and stops with 0', async () => {
    const { code, stdout } = await run([]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /stores:\n {2}oss: \{ provider: oss, region: cn-hangzhou, endpoint: "http:\/\/127\.0\.0\.1:\d+", addressing: path, signature: v4, credentials: \{ env: OSS \}, buckets: \["raw", "archive"\] \}\n/,
    );
    expect(stdout).toMatch(/^export OSS_ACCESS_KEY_ID=\S+ OSS_SECRET_ACCESS_KEY=\S+$/m);
  });

  it('prints one line of JSON with a fault file, and serves', async () => {
    const faults = await file('{ "seed": 1, "rules": [] }');
    const { code, stdout } = await run(['--json', '--faults', faults], async (line) => {
      const [, endpoint = ''] = /"endpoint":"([^"]+)"/.exec(line) ?? [];
      expect((await fetch(`${endpoint}/raw/sample.bin`)).status).toBe(403);
    });
    expect(code).toBe(0);
    expect(stdout.trim().split('\n')).toHaveLength(1);
    expect(JSON.parse(stdout)).toMatchObject({ emulators: [{ provider: 'oss', sample: 'oss://raw/sample.bin' }] });
  });

  it.each([
    [['--nonsense'], /--nonsense/],
    [['extra'], /extra/],
    [['--port-base', 'x'], /--port-base must be a port number/],
    [['--faults', '/nowhere/faults.json'], /cannot be read/],
  ])('refuses %j in one sentence with exit code 2', async (args, sentence) => {
    const { code, stderr, stdout } = await run(args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(sentence);
  });

  it.each([
    ['not json', /is not JSON/],
    ['{ "rules": [{ "operation": "*", "fault": { "kind": "x" } }] }', /rules\[0\]\.fault\.kind must be one of/],
  ])('refuses the fault file %s', async (text, sentence) => {
    const { code, stderr } = await run(['--faults', await file(text)]);
    expect(code).toBe(2);
    expect(stderr).toMatch(sentence);
  });
});
