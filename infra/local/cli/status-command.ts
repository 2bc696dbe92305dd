import { withEndpoint } from './endpoint.ts';
import type { Subcommand } from './subcommand.ts';

export const statusCommand: Subcommand = (program, end) =>
  withEndpoint(
    program
      .command('status')
      .description('show how a copy behind an API is doing, and its receipt or error')
      .argument('<id>', 'as copy --detach and list print it')
      .option('--json', 'print one JSON line on stdout and nothing else'),
    (option) => option.makeOptionMandatory(),
  ).action((id, flags) => end(import('./status.ts').then(({ status }) => status(id, flags))));
