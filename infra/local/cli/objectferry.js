#!/usr/bin/env node
// Plain JavaScript, because a Node that is too old for TypeScript has to understand it: it hands over to the Node 24
// that `npm ci` brought. Each subcommand lives in the folder that may import what it needs.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NEEDED = 24;
const root = new URL('../../../', import.meta.url);

if (Number(process.versions.node.split('.')[0]) < NEEDED) handOver();
else process.exitCode = await start(process.argv.slice(2));

async function start(args) {
  cacheCompiled();
  const [subcommand, ...rest] = args;
  const entry = subcommand === 'emulators' ? 'test/emulators/main.ts' : 'infra/local/cli/main.ts';
  const { main } = await import(new URL(entry, root).href);
  return main(subcommand === 'emulators' ? rest : args);
}

// Every command loads half of its modules from here instead of compiling them again. It is the user's own folder,
// because what lies there is run. NODE_COMPILE_CACHE and NODE_DISABLE_COMPILE_CACHE have their say first.
function cacheCompiled() {
  const { HOME, XDG_CACHE_HOME = HOME && join(HOME, '.cache') } = process.env;
  if (XDG_CACHE_HOME) module.enableCompileCache(join(XDG_CACHE_HOME, 'objectferry'));
}

function handOver() {
  const node = fileURLToPath(new URL('node_modules/.bin/node', root));
  if (!existsSync(node) || process.env.OBJECTFERRY_NODE === 'handed-over') {
    process.stderr.write(`objectferry needs Node ${NEEDED} or newer: run npm ci here first, or install it.\n`);
    process.exit(2);
  }
  const env = { ...process.env, OBJECTFERRY_NODE: 'handed-over' };
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit', env });
  // The child cleans up and this process outlives it. From a terminal the child gets Ctrl-C a second time by this, and
  // takes both for one.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (status, signal) => process.exit(status ?? 128 + constants.signals[signal]));
}
