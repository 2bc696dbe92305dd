import { describe, expect, it } from 'vitest';
import { LAMBDA_CONTEXT, startDeployment } from '../deployed-handlers.ts';
import { demoObsAccount, startObsEmulator } from '../emulators/obs/emulator.ts';
import { idsOf, obsStore, WAYS } from './obs-world.ts';

describe.each(WAYS)('the log of a deployed handler, dialect $dialect with signature $signature', (way) => {
  it('OBS-14 has request id and id-2 of a try that is repeated, and of the refusal that ends it', async () => {
    await using obs = await startObsEmulator({
      buckets: ['raw', 'archive'],
      accounts: [{ ...demoObsAccount, deniedActions: ['obs:object:GetObject'] }],
      faults: {
        seed: 1,
        rules: [
          { operation: 'HeadObject', times: 1, fault: { kind: 'status', status: 503, code: 'ServiceUnavailable' } },
        ],
      },
    });
    obs.model.putObject('raw', 'key', Buffer.from('content'));
    await using deployment = await startDeployment({
      stores: () => ({ stores: { obs: { ...obsStore(obs, way), credentials: { secret: 'objectferry/obs' } } } }),
      secret: () => JSON.stringify(demoObsAccount),
    });
    const { handler } = await import('#functions/initiate.ts');
    const request = { source: 'obs://raw/key', destination: 'obs://archive/copy', options: {} };
    const startedAt = new Date().toISOString();
    await expect(handler({ request, startedAt }, LAMBDA_CONTEXT)).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining(idsOf(2)),
    });
    expect(obs.requests.recent.map(({ id, status }) => [id, status])).toEqual([
      [1, 503],
      [2, 403],
    ]);
    const linesWith = (ids: string) => deployment.logged.filter((line) => line.includes(ids));
    expect(linesWith(idsOf(1))).toEqual([expect.stringContaining('"message":"retry"')]);
    expect(linesWith(idsOf(2))).toEqual([expect.stringContaining('"message":"failed"')]);
    expect(deployment.logged.join('')).not.toContain(demoObsAccount.secretAccessKey);
  });
});
