import { copyCommand } from './copy-command.ts';
import { doctorCommand } from './doctor-command.ts';
import { estimateCommand } from './estimate-command.ts';
import { listCommand } from './list-command.ts';
import { redriveCommand } from './redrive-command.ts';
import { resumeCommand } from './resume-command.ts';
import { serveCommand } from './serve-command.ts';
import { statusCommand } from './status-command.ts';
import { stopCommand } from './stop-command.ts';
import type { Subcommand } from './subcommand.ts';
import { uploadsCommand } from './uploads-command.ts';

/** Every subcommand, in the order of the help. */
export const SUBCOMMANDS: readonly Subcommand[] = [
  copyCommand,
  estimateCommand,
  statusCommand,
  listCommand,
  stopCommand,
  resumeCommand,
  serveCommand,
  redriveCommand,
  doctorCommand,
  uploadsCommand,
  // Served by test/emulators/main.ts: here it is only listed.
  (program) =>
    program
      .command('emulators')
      .usage('[--json] [--faults FILE] [--port-base N]')
      .description('serve the provider emulators on loopback and print their endpoints and keys')
      .helpOption(false),
];
