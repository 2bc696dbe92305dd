#!/usr/bin/env node
// Plain JavaScript, because a Node that is too old for TypeScript has to understand it: it hands over to the Node 24
// that `npm ci` brought. Each subcommand lives in the folder that may import what it needs.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const NEEDED = 24;
const root = new URL('../../../', import.meta.url);

if (Number(process.versions.node.split('.')[0]) < NEEDED) {
  const node = fileURLToPath(new URL('node_modules/.bin/node', root));
  if (!existsSync(node) || process.env.OBJECTFERRY_NODE === 'handed-over') {
    process.stderr.write(`objectferry needs Node ${NEEDED} or newer: run npm ci here first, or install it.\n`);
    process.exit(2);
  }
  const env = { ...process.env, OBJECTFERRY_NODE: 'handed-over' };
  // The child gets Ctrl-C from the terminal itself and cleans up: this process only has to outlive it.
  process.on('SIGINT', () => {});
  const args = [fileURLToPath(import.meta.url), ...process.argv.slice(2)];
  const { status, signal } = spawnSync(node, args, { stdio: 'inherit', env });
  process.exit(signal === null ? status : 1);
}

const [subcommand] = process.argv.slice(2);
const entry = subcommand === 'emulators' ? 'test/emulators/main.ts' : 'infra/local/cli/main.ts';
const { main } = await import(new URL(entry, root).href);
const args = subcommand === 'emulators' ? process.argv.slice(3) : process.argv.slice(2);
process.exitCode = await main(args);
