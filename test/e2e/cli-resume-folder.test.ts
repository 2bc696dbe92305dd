import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CopyRequest } from '@objectferry/shared/contract.ts';
import { parse } from '@objectferry/shared/schema.ts';
import { parseStores } from '@objectferry/shared/stores.ts';
import { expect, it } from 'vitest';
import { remember } from '#infra/local/cli/remember.ts';
import { openCopiesHere } from '#infra/local/journal/journals.ts';
import { demoOssAccount, startOssEmulator } from '../emulators/oss/emulator.ts';
import { objectferry, temporaryFile } from './cli-process.ts';
import { jsonStores, keysOf, storeAt } from './cli-stores.ts';

const copy = ['copy', 'oss://raw/key', 'oss://archive/it’s a copy'];
const request = parse(CopyRequest, { source: copy[1], destination: copy[2] }, 'The request');
const stores = parseStores({ stores: { oss: storeAt('http://127.0.0.1:1') } });

it('a folder that cannot be used: a sentence and a copy without a journal, or an error where it was chosen', async () => {
  await using oss = await startOssEmulator({ buckets: ['raw', 'archive'] });
  oss.model.putVirtualObject('raw', 'key', 1024);
  const file = await temporaryFile('a-file', '');
  const folder = join(file, 'state');
  const env = { ...keysOf(demoOssAccount), OBJECTFERRY_STATE_FOLDER: folder };
  const args = [...copy, '--json', '--stores', await jsonStores(storeAt(oss.endpoint))];
  const [ended, refused] = await Promise.all([
    objectferry(args, { env }),
    objectferry([...args, '--state-folder', folder], { env }),
  ]);
  expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining('"strategy":"whole"') });
  expect(ended.stderr).toBe(
    `This copy cannot be resumed if it is interrupted: The state folder ${folder}/copies cannot be used (ENOTDIR): choose another with --state-folder.\n`,
  );
  expect(refused).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^objectferry: InvalidConfig: The state folder/),
  });
});

it('the journal knows the command as a shell reads it back, and the same command is refused meanwhile', async () => {
  const stateFolder = join(await temporaryFile('marker', ''), '..', 'state');
  const options = { request, stores, stateFolder, env: {}, argv: copy };
  const remembered = remember(options);
  if (remembered === undefined) return expect.fail('nothing is remembered');
  const { journal, id, by } = remembered;
  expect(by.command).toBe("objectferry copy oss://raw/key 'oss://archive/it’s a copy'");
  expect(() => remember(options)).toThrow(/^This very copy is being made by another process: wait for its end\./);
  const now = new Date().toISOString();
  journal.write({ version: 1, id, request: {}, state: 'running', startedAt: now, ranAt: now, by });
  expect(() => remember(options)).toThrow(`being made by process ${process.pid}: wait`);
  // Nothing is open as far as it knows.
  expect(openCopiesHere(stateFolder)).toEqual([]);
  journal.remove();
  expect(await readdir(join(stateFolder, 'copies'))).toEqual(['lock.db']);
});
