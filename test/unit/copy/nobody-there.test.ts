import { nobodyThere } from '@objectferry/shared/copy/nobody-there.ts';
import { CopyError } from '@objectferry/shared/errors.ts';
import { describe, expect, it } from 'vitest';
import { startWorld } from '../../world.ts';

describe('an endpoint where nobody listens', () => {
  it('fails the copy at its first request, and says which store it is', async () => {
    await using world = await startWorld();
    await world.oss.close();
    const result = await world.copy({ source: 'oss://raw/key', destination: 'oss://archive/copy' });
    expect(result).toMatchObject({ status: 'FAILED', error: 'InvalidConfig' });
    expect(JSON.stringify(result)).toMatch(/The endpoint of store oss refuses connections \(ECONNREFUSED\): check it/);
    // The machine has tried nothing again: one invocation of Initiate, and one of Abort.
    expect(result.historyEvents).toBeLessThan(30);
  });

  it('is told from a name without an address, and from an outage', () => {
    const failed = (name: 'ConnectionLost' | 'ProviderUnavailable', code: string) =>
      new CopyError(name, 'It broke.', { cause: { cause: { code } } });
    expect(nobodyThere(failed('ConnectionLost', 'ENOTFOUND'), 'far')).toMatchObject({
      name: 'InvalidConfig',
      summary: expect.stringMatching(/^The endpoint of store far has no address \(ENOTFOUND\)/),
    });
    const outages = [failed('ConnectionLost', 'ECONNRESET'), failed('ProviderUnavailable', 'ECONNREFUSED')];
    expect(outages.map((error) => nobodyThere(error, 'far'))).toEqual(outages);
  });
});
