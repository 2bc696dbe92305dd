import { withEndpoint } from './endpoint.ts';
import type { Subcommand } from './subcommand.ts';

export const resumeCommand: Subcommand = (program, end) =>
  withEndpoint(
    program
      .command('resume')
      .description('have a failed copy behind an API go on with the parts that it kept (--on-failure keep)')
      .argument('<id>', 'as copy --detach and list print it')
      .option('--json', 'print one JSON line on stdout and nothing else'),
    (option) => option.makeOptionMandatory(),
  ).action((id, flags) => end(import('./resume.ts').then(({ resume }) => resume(id, flags))));
