import { Command, CommanderError } from 'commander';
import manifest from '../../../package.json' with { type: 'json' };
import { BAD_REQUEST, DONE } from './exit-code.ts';
import { explain } from './report.ts';

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
  copyCommand(program, async (source, destination, flags) => {
    const { copy } = await import('./copy.ts');
    exitCode = await copy(source, destination, flags);
  });
  // Served by test/emulators/main.ts: here it is only listed.
  program
    .command('emulators')
    .usage('[--json] [--faults FILE] [--port-base N]')
    .description('serve the provider emulators on loopback and print their endpoints and keys')
    .helpOption(false);
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return DONE;
    // Help that nobody asked for has said everything.
    if (error.code === 'commander.help') return BAD_REQUEST;
    return explain('InvalidRequest', mistakeOf(error, argv), argv.includes('--json'));
  }
  return exitCode;
}

/** The library's words as one sentence that says what to change. */
function mistakeOf({ message }: CommanderError, [subcommand]: readonly string[]): string {
  const words = message
    .replace(/^error: /, '')
    .replaceAll(/\s+/g, ' ')
    .replace(/\.$/, '');
  return `${words}: see objectferry ${subcommand === 'copy' ? 'copy ' : ''}--help.`;
}

function copyCommand(
  program: Command,
  action: (source: string, destination: string, flags: unknown) => Promise<void>,
): void {
  program
    .command('copy')
    .description('copy one object')
    .argument('<source>', 'store://bucket/key[?versionId=…], the key percent-encoded')
    .argument('<destination>', 'store://bucket/key')
    .option('--stores <file>', 'stores file, YAML or JSON', 'stores.yaml')
    .option('--json', 'print one JSON receipt on stdout and nothing else')
    .option('--overwrite <when>', 'always, never or ifDifferent')
    .option('--part-size-mib <n>', 'copy in parts of this size, however small the object')
    .option('--max-in-flight <n>', 'requests in flight at the store')
    .option('--if-source-etag <etag>', 'copy only if the source has this ETag')
    .option('--if-source-none-etag <etag>', 'copy only if the source has another ETag')
    .option('--if-source-modified-since <date>', 'copy only if the source is newer')
    .option('--if-source-unmodified-since <date>', 'copy only if the source is not newer')
    .option('--tags <choice>', 'copy or none')
    .option('--acl <acl>', 'access control of the destination, in the words of the provider')
    .option('--storage-class <class>', 'storage class of the destination, in the words of the provider')
    .option('--encryption <kind>', 'provider, kms or customer')
    .option('--encryption-key-id <id>', 'key of --encryption kms')
    .option('--encryption-key-secret <name>', 'secret that holds the key of --encryption customer')
    .option('--source-key-secret <name>', 'secret that holds the customer key of the source')
    .option('--on-failure <choice>', 'abort the upload or keep its parts')
    .option('--require-checksum', 'fail where no checksum can be compared')
    .option('--no-token', 'put no token into the metadata (weaker proof after a lost answer)')
    .option('--options <json>', 'any options of a CopyRequest as JSON; flags win over it')
    .addHelpText('after', '\nExit codes: 0 done, 1 failed, 2 bad request or configuration, 130 stopped by Ctrl-C.')
    .action(action);
}
