import type { Subcommand } from './subcommand.ts';

export const serveCommand: Subcommand = (program, end) =>
  program
    .command('serve')
    .description('serve the API on this machine, and run the copies that it starts here')
    .option('--stores <file>', 'stores file, YAML or JSON', 'stores.yaml')
    .option('--events <file>', 'rules file: object-created pushes to /events/{provider} start copies')
    .option('--port <n>', 'listen on this port of 127.0.0.1; 0 takes a free one', '4410')
    .option(
      '--state-folder <dir>',
      'where copies are kept; default: objectferry/executions in $XDG_STATE_HOME or ~/.local/state',
    )
    .option('--max-running <n>', 'copies that run at a time; others wait in order', '8')
    .option('--json', 'print the address as one JSON line on stdout')
    .addHelpText(
      'after',
      `
Credentials and named secrets come from the environment, as with copy, and are read once: after a rotation, start serve
again with the new ones.

Ctrl-C stops the copies that run and aborts their uploads; copies that wait begin with the next serve. A second Ctrl-C
leaves at once, and the next serve goes on with what was running.

Exit codes: 1 failed, 2 bad configuration, 130 stopped by Ctrl-C.`,
    )
    .action((flags) => end(import('./serve.ts').then(({ serve }) => serve(flags))));
