import { createServer } from 'node:net';
import { Receipt } from '@objectferry/shared/contract.ts';
import { parse } from '@objectferry/shared/schema.ts';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { LAUNCHER, objectferry, start, temporaryFile } from './cli-process.ts';

const Served = v.object({
  emulators: v.array(v.object({ endpoint: v.string(), accessKeyId: v.string(), secretAccessKey: v.string() })),
  stores: v.string(),
  environment: v.record(v.string(), v.string()),
});

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

describe.concurrent('objectferry emulators', () => {
  it('serves with faults what another process copies, and frees its port on SIGTERM', async () => {
    const faults = await temporaryFile(
      'faults.json',
      '{ "rules": [{ "operation": "UploadPartCopy", "partNumbers": [7], "times": 1, "fault": { "kind": "missing-etag" } }] }',
    );
    const emulators = start(LAUNCHER, ['emulators', '--json', '--faults', faults]);
    const line = await emulators.printed(/\n/);
    const { emulators: served, stores, environment } = parse(Served, JSON.parse(line), 'The line');
    const port = Number(new URL(served[0]?.endpoint ?? '').port);
    expect(await isFree(port)).toBe(false);
    const file = await temporaryFile('stores.yaml', stores);
    const copy = await objectferry(
      ['copy', 'oss://raw/sample.bin', 'oss://archive/a', '--stores', file, '--part-size-mib', '8', '--json'],
      { env: environment },
    );
    expect([copy.code, copy.stderr]).toEqual([0, '']);
    expect(parse(Receipt, JSON.parse(copy.stdout), 'The receipt')).toMatchObject({ partCount: 38, retries: 1 });
    emulators.kill('SIGTERM');
    expect(await emulators.ended).toEqual({ code: 0, signal: null, stdout: line, stderr: '' });
    expect(line.trimEnd().split('\n')).toHaveLength(1);
    expect(await isFree(port)).toBe(true);
  });

  it('takes Ctrl-C that comes twice, as through the launcher, for one', async () => {
    const emulators = start(LAUNCHER, ['emulators']);
    await emulators.printed(/Ctrl-C/);
    emulators.kill('SIGINT');
    emulators.killGroup('SIGINT');
    expect(await emulators.ended).toMatchObject({ code: 0, stderr: '' });
  });

  it('explains itself', async () => {
    const { code, stdout, stderr } = await objectferry(['emulators', '--help']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/--json.*--faults.*--s3-quirks.*--port-base/s);
  });

  it.each([
    [
      'an unknown flag',
      ['--nonsense'],
      /--nonsense.*the flags are --json, --faults FILE, --s3-quirks FILE\|JSON and --port-base N\.$/,
    ],
    ['an argument', ['oss'], /the flags are/],
    ['a flag without its value', ['--faults'], /--faults/],
    ['a port that is none', ['--port-base', '70000'], /between 1 and/],
    ['a missing fault file', ['--faults', '/nowhere.json'], /cannot be read\.$/],
  ])('refuses %s in one sentence', async (_, args, sentence) => {
    const { code, stdout, stderr } = await objectferry(['emulators', ...args]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr.trimEnd()).toMatch(sentence);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it.each([
    ['{ "rules": [', /is not JSON\.$/],
    ['{ "rules": [{ "operation": "*", "fualt": {} }] }', /rules\[0\] has no field "fualt"; it knows/],
    ['{ "rules": [{ "operation": "*", "fault": { "kind": "latency", "ms": -1 } }] }', /ms must be a whole number/],
  ])('refuses the fault file %s', async (text, sentence) => {
    const { code, stdout, stderr } = await objectferry([
      'emulators',
      '--faults',
      await temporaryFile('faults.json', text),
    ]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr.trimEnd()).toMatch(sentence);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});
