import { spawn } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseStores } from '@objectferry/shared/stores.ts';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';

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
    const [, file = ''] = /^(stores:\n(?: {2}.*\n)+)/m.exec(stdout) ?? [];
    const stores = parseStores(parseYaml(file));
    expect(Object.keys(stores)).toEqual(['oss', 'obs', 'qingstor', 's3']);
    expect(stores['oss']).toMatchObject({ region: 'cn-hangzhou', signature: 'v4', buckets: ['raw', 'archive'] });
    for (const name of ['OSS', 'OBS', 'QINGSTOR', 'S3']) {
      expect(stdout).toMatch(new RegExp(`^export ${name}_ACCESS_KEY_ID=\\S+ ${name}_SECRET_ACCESS_KEY=\\S+$`, 'm'));
    }
  });

  it('prints one line of JSON with a fault file, and serves', async () => {
    const faults = await file('{ "seed": 1, "rules": [] }');
    const { code, stdout } = await run(['--json', '--faults', faults], async (line) => {
      const [, endpoint = ''] = /"endpoint":"([^"]+)"/.exec(line) ?? [];
      expect((await fetch(`${endpoint}/raw/sample.bin`)).status).toBe(403);
    });
    expect(code).toBe(0);
    expect(stdout.trim().split('\n')).toHaveLength(1);
    expect(JSON.parse(stdout)).toMatchObject({
      emulators: [
        { provider: 'oss', sample: 'oss://raw/sample.bin' },
        { provider: 'obs' },
        { provider: 'qingstor', sample: 'qingstor://originals/sample.bin' },
        { provider: 's3' },
      ],
    });
  });

  it('serves a store with the habits that a file or the command line gives', async () => {
    const emptyEtag = '{ "etagQuoting": "" }';
    for (const given of [emptyEtag, await file(emptyEtag)]) {
      const { code, stdout } = await run(['--json', '--s3-quirks', given]);
      expect([code, stdout.includes('"provider":"s3"')]).toEqual([0, true]);
    }
  });

  it.each([
    ['{ "etag": 1 }', /wrong at etag: .*; known are conditionsIgnored, /],
    ['{ "rangeError": 418 }', /wrong at rangeError/],
    ['{ "minPartBytes": 0 }', /wrong at minPartBytes/],
    ['{', /are not JSON/],
    ['/nowhere.json', /cannot be read/],
  ])('refuses the S3 quirks %s', async (given, sentence) => {
    const { code, stdout, stderr } = await run(['--s3-quirks', given]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(sentence);
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
