import { Command, CommanderError } from 'commander';
import manifest from '../../../package.json' with { type: 'json' };
import { BAD_REQUEST, DONE } from './exit-code.ts';
import { explain } from './report.ts';
import { SUBCOMMANDS } from './subcommands.ts';

// Options and commands write no message of their own: `explain` does, and tells programs as well as people.
const output = { outputError: () => undefined } as const;

/**
 * The `objectferry` command.
 *
 * @param argv Arguments after the program's name.
 * @returns the exit code: 0 done, 1 failed, 2 bad request or configuration, 130 stopped by Ctrl-C.
 */
export async function main(argv: readonly string[]): Promise<number> {
  let exitCode = DONE;
  const program = new Command('objectferry')
    .description('Copies objects of any size between buckets, on the provider side.')
    .version(manifest.version)
    .exitOverride()
    .configureOutput(output)
    .configureHelp({ showGlobalOptions: true });
  for (const subcommand of SUBCOMMANDS) {
    subcommand(program, async (ended) => {
      exitCode = await ended;
    });
  }
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return DONE;
    // Help that nobody asked for has said everything.
    if (error.code === 'commander.help') return BAD_REQUEST;
    return explain('InvalidRequest', mistakeOf(error, program, argv), argv.includes('--json'));
  }
  return exitCode;
}

/** The library's words as one sentence that says what to change. */
function mistakeOf({ message }: CommanderError, program: Command, [first]: readonly string[]): string {
  const words = message
    .replace(/^error: /, '')
    .replaceAll(/\s+/g, ' ')
    .replace(/\.$/, '');
  const subcommand = program.commands.find((command) => command.name() === first);
  return `${words}: see objectferry ${subcommand === undefined ? '' : `${subcommand.name()} `}--help.`;
}
