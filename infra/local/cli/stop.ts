import { parse } from '@objectferry/shared/schema.ts';
import * as v from 'valibot';
import { clientFor, EndpointFlags, reporting } from './endpoint-client.ts';
import { DONE } from './exit-code.ts';

const Flags = v.strictObject(EndpointFlags);

/**
 * `objectferry stop`.
 *
 * @returns the exit code: 0 also for a copy that was stopped before; 1 for one that ended otherwise (409 of the API),
 *   because its destination is not as the caller believes.
 */
export async function stop(id: string, rawFlags: unknown): Promise<number> {
  const flags = parse(Flags, rawFlags, 'The command line');
  return reporting(flags.json, async () => {
    const accepted = await clientFor(flags).stop(id);
    process.stdout.write(
      flags.json ? `${JSON.stringify(accepted)}\n` : `${id} is told to stop, and aborts its upload.\n`,
    );
    return DONE;
  });
}
