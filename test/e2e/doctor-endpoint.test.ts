import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { objectferry } from './cli-process.ts';
import { linesOf, listening, reportOf } from './doctor-report.ts';
import { startServing } from './serve-process.ts';

describe('a deployment', () => {
  it('is well, and copies to a receipt', async () => {
    await using serving = await startServing();
    serving.oss.model.putVirtualObject('raw', 'small', 5);
    const args = ['doctor', '--from', 'oss://raw/small', '--to', 'oss://archive/small'];
    const { code, stdout } = await serving.cli(...args);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      new RegExp(
        [
          "^ok    deployment  clock: This machine's clock agrees to 60 seconds\\.",
          `ok    deployment  health: ${serving.url} answers, and lets this caller in\\.`,
          'ok    deployment  version: Both are version \\d+\\.\\d+\\.\\d+\\.',
          'ok    deployment  copy: api-[0-9a-f]{32} copied 5 bytes \\(whole\\) in \\S+ s; oss://archive/small stays, delete it when you like\\.\n$',
        ].join('\n'),
      ),
    );
    expect(serving.oss.model.getObject('archive', 'small')?.content.size).toBe(5);
    // Nothing is overwritten for a check.
    const again = await serving.cli(...args, '--json');
    expect(again.code).toBe(1);
    expect(reportOf(again).findings.at(-1)?.sentence).toContain('DestinationExists');
    const unknown = await serving.cli('doctor', '--from', 'zz://raw/small', '--to', 'oss://archive/x', '--json');
    expect(reportOf(unknown).findings.at(-1)?.sentence).toContain('source.store is "zz"');
  });

  it('Ctrl-C in the middle stops the copy that it has started', async () => {
    const slow = { operation: 'UploadPartCopy', fault: { kind: 'latency', ms: 5_000 } } as const;
    await using serving = await startServing({ faults: { seed: 1, rules: [slow] } });
    serving.oss.model.putVirtualObject('raw', 'large', 3 * 1024 ** 3);
    const states = async () => (await fetch(`${serving.url}/copies`)).text();
    const doctor = serving.startCli('doctor', '--from', 'oss://raw/large', '--to', 'oss://archive/large');
    await doctor.printed(/version: .*\n/);
    await expect.poll(states, { timeout: 10_000 }).toContain('"running"');
    doctor.kill('SIGINT');
    const { code, stdout } = await doctor.ended;
    expect(code).toBe(130);
    expect(stdout).toMatch(
      /fail {2}deployment {2}copy: api-[0-9a-f]{32} was told to stop, because the doctor was stopped\.\n$/,
    );
    await expect.poll(states, { timeout: 10_000 }).toContain('"stopped"');
    expect(serving.oss.model.getObject('archive', 'large')).toBeUndefined();
    expect(serving.oss.model.openUploads('archive')).toEqual([]);
  });

  it.each([
    ['that is closed to this caller', 403, '{"message":"Forbidden"}', 'fail deployment credentials', /status 403/],
    ['that is something else', 200, '{}', 'fail deployment health', /not as Objectferry does/],
    ['with a page in front of it', 200, '<html>', 'fail deployment health', /not as Objectferry does/],
    ['that is older', 200, undefined, 'warn deployment version', /is version 0\.0\.1, this is .*: deploy again/],
  ])('an address %s', async (_, status, body, line, sentence) => {
    const server = createServer(({ url }, response) => {
      const known = url === '/health' ? '{"status":"ok"}' : '{"info":{"version":"0.0.1"}}';
      response.writeHead(status, { 'content-type': 'application/json' }).end(body ?? known);
    });
    const { endpoint: url } = await listening(server);
    const report = reportOf(await objectferry(['doctor', '--endpoint', url, '--json']));
    server.close();
    expect(linesOf(report)).toContain(line);
    expect(report.findings.map((found) => found.sentence).join('\n')).toMatch(sentence);
  });

  it.each([
    [['--endpoint', 'http://127.0.0.1:9', '--from', 'oss://raw/a'], /--from and --to belong together/],
    [['--from', 'oss://raw/a'], /--from is of use only with --endpoint/],
    [['--stores', '/nowhere'], /cannot be read/],
    [['--endpoint', 'nonsense'], /give an address like/],
    [['--endpoint', 'http://127.0.0.1:9', '--stores', 'x'], /cannot be used with option/],
  ])('%j is refused with exit code 2', async (args, sentence) => {
    const { code, stderr } = await objectferry(['doctor', ...args]);
    expect(code).toBe(2);
    expect(stderr).toMatch(sentence);
  });

  it('nobody at the address', async () => {
    const { code, stdout } = await objectferry(['doctor', '--endpoint', 'http://127.0.0.1:9']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^fail {2}deployment {2}address: http:\/\/127\.0\.0\.1:9 does not answer/);
  });
});
