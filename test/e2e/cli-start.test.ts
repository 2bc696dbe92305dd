import { fileURLToPath } from 'node:url';
import { Receipt } from '@objectferry/shared/contract.ts';
import { parse } from '@objectferry/shared/schema.ts';
import { describe, expect, it } from 'vitest';
import { start } from './cli-process.ts';

const script = fileURLToPath(import.meta.resolve('#test/start/main.ts'));

describe.concurrent('npm start', () => {
  it('prints with --json only the receipt on stdout', async () => {
    const { code, stdout, stderr } = await start(script, ['--json']).ended;
    expect(code).toBe(0);
    expect(stdout.indexOf('\n')).toBe(stdout.length - 1);
    expect(parse(Receipt, JSON.parse(stdout), 'The receipt')).toMatchObject({
      strategy: 'parts',
      partSize: 1024 * 1024,
    });
    expect(stderr).not.toContain('parts  ');
  }, 30_000);

  it('tells a person the whole story in plain lines', async () => {
    const { code, stdout, stderr } = await start(script, []).ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Copied and proven\.\n/);
    expect(stdout).toMatch(/ {2}read back \d+ bytes, every one equal\n$/);
    expect(stderr).toMatch(/100% .* done .*retries \d+ \(last \w+\)\nWhat went wrong on the way/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: no terminal, so none of these.
    expect(`${stdout}${stderr}`).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  }, 30_000);

  it('refuses an unknown flag in one sentence', async () => {
    const { code, stdout, stderr } = await start(script, ['--nonsense']).ended;
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toBe(
      "Unknown option '--nonsense'; the flags are --json and --provider NAME: npm start -- --provider s3.\n",
    );
  });
});
