import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { blocksOf, printedPattern, readDocument } from './markdown.ts';
import { hasTools, runBlocks } from './shell.ts';

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const tools = await hasTools();

it.runIf(tools)('every command of docs/api.md prints what the page says', { timeout: 120_000 }, async () => {
  const document = (await readDocument('docs/api.md')).replaceAll('4410', String(await freePort()));
  const blocks = blocksOf(document);
  const commands = blocks.filter(({ language }) => language === 'sh');
  expect(commands.length).toBeGreaterThan(10);
  const printed = await runBlocks(commands.map(({ text }) => text));
  let compared = 0;
  for (const [index, block] of blocks.entries()) {
    if (block.language !== 'text') continue;
    const command = blocks[index - 1];
    if (command?.language !== 'sh') throw new Error(`no command above ${block.text}`);
    expect(printed[commands.indexOf(command)], command.text).toMatch(printedPattern(block.text));
    compared += 1;
  }
  expect(compared).toBeGreaterThan(8);
});
