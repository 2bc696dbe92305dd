import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { objectferry, temporaryFile } from './cli-process.ts';

/** A home folder with nothing in it, and the environment of somebody who lives there. */
async function newHome() {
  const home = `${await temporaryFile('marker', '')}.home`;
  // Tests keep compiled modules elsewhere; empty is as good as unset.
  return { home, env: { HOME: home, NODE_COMPILE_CACHE: '' } };
}

it('compiled modules are kept in the cache folder of the user, or where XDG_CACHE_HOME says', async () => {
  const { home, env } = await newHome();
  expect(await objectferry(['--version'], { env })).toMatchObject({ code: 0, stderr: '' });
  expect(readdirSync(join(home, '.cache/objectferry'))).toHaveLength(1);
  const elsewhere = join(home, 'elsewhere');
  expect(await objectferry(['--version'], { env: { ...env, XDG_CACHE_HOME: elsewhere } })).toMatchObject({ code: 0 });
  expect(readdirSync(join(elsewhere, 'objectferry'))).toHaveLength(1);
});

it('none are kept with NODE_DISABLE_COMPILE_CACHE, and none where nothing can be written', async () => {
  const { home, env } = await newHome();
  const disabled = { ...env, NODE_DISABLE_COMPILE_CACHE: '1' };
  expect(await objectferry(['--version'], { env: disabled })).toMatchObject({ code: 0, stderr: '' });
  expect(existsSync(home)).toBe(false);
  const nowhere = { ...env, HOME: '/dev/null' };
  expect(await objectferry(['--version'], { env: nowhere })).toMatchObject({ code: 0, stderr: '' });
});
