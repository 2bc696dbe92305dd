import { withEndpoint } from './endpoint.ts';
import type { Subcommand } from './subcommand.ts';

export const stopCommand: Subcommand = (program, end) =>
  withEndpoint(
    program
      .command('stop')
      .description('stop a copy behind an API, which aborts its upload')
      .argument('<id>', 'as copy --detach and list print it')
      .option('--json', 'print one JSON line on stdout and nothing else'),
    (option) => option.makeOptionMandatory(),
  ).action((id, flags) => end(import('./stop.ts').then(({ stop }) => stop(id, flags))));
