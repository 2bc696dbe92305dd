import type { Command } from 'commander';

/**
 * Declares one subcommand: its arguments, flags and help. Its work stays in a file that the action imports when it
 * runs, so that no command pays for what another one needs.
 *
 * @param end Ends the program with the exit code of the action's promise.
 */
export type Subcommand = (program: Command, end: (exitCode: Promise<number>) => Promise<void>) => Command;
