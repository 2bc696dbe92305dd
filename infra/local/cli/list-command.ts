import { withEndpoint } from './endpoint.ts';
import type { Subcommand } from './subcommand.ts';

export const listCommand: Subcommand = (program, end) =>
  withEndpoint(
    program
      .command('list')
      .description('list the copies behind an API, newest first')
      .option('--state <state>', 'only those that are running, succeeded, failed, stopped or timedOut')
      .option('--limit <n>', 'at most this many', '50')
      .option('--json', 'print one JSON line for each copy and nothing else'),
    (option) => option.makeOptionMandatory(),
  ).action((flags) => end(import('./list.ts').then(({ list }) => list(flags))));
