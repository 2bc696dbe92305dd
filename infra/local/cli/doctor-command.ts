import { withEndpoint } from './endpoint.ts';
import type { Subcommand } from './subcommand.ts';

export const doctorCommand: Subcommand = (program, end) =>
  withEndpoint(
    program
      .command('doctor')
      .description('check the stores of a stores file from here, or with --endpoint a deployment')
      .option('--stores <file>', 'stores file, YAML or JSON', 'stores.yaml')
      .option('--bucket <names...>', 'buckets to try besides those that the stores file names without a *')
      .option('--no-write', 'write nothing: try no copy and no permission to write')
      .option('--from <location>', 'with --endpoint: a small object to copy, as store://bucket/key')
      .option('--to <location>', 'with --endpoint: where to copy it; must not exist, and stays')
      .option('--json', 'print one JSON line on stdout and nothing else'),
    (option) => option.conflicts(['stores', 'bucket']),
  )
    .addHelpText(
      'after',
      `
Each bucket that the stores file names without a * gets a few bytes under objectferry-doctor/, which are copied with
one request and in parts, read back, and deleted again.

Exit codes: 0 no check failed, 1 one did, 2 bad flags or configuration, 130 stopped by Ctrl-C.`,
    )
    .action((flags) => end(import('./doctor.ts').then(({ doctor }) => doctor(flags))));
