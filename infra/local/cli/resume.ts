import { parse } from '@objectferry/shared/schema.ts';
import * as v from 'valibot';
import { clientFor, EndpointFlags, reporting } from './endpoint-client.ts';
import { DONE } from './exit-code.ts';

const Flags = v.strictObject(EndpointFlags);

/** `objectferry resume`. @returns the exit code: 1 when there is nothing to go on with, as the API says. */
export async function resume(id: string, rawFlags: unknown): Promise<number> {
  const flags = parse(Flags, rawFlags, 'The command line');
  return reporting(flags.json, async () => {
    const accepted = await clientFor(flags).resume(id);
    process.stdout.write(flags.json ? `${JSON.stringify(accepted)}\n` : `${id} goes on with the parts that it kept.\n`);
    return DONE;
  });
}
