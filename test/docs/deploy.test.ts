import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseRules } from '@objectferry/shared/events/rules.ts';
import { parseStores } from '@objectferry/shared/stores.ts';
import { Template } from 'aws-cdk-lib/assertions';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { createCopyApp } from '#infra/copy-app.ts';
import type { MachineEvent } from '#infra/local/machine-event.ts';
import { start, temporaryFile } from '../e2e/cli-process.ts';
import { startServing } from '../e2e/serve-process.ts';
import { demoOssAccount, startOssEmulator } from '../emulators/oss/emulator.ts';
import { WITHOUT_BUNDLES } from '../infra/template.ts';
import { startWorld } from '../world.ts';
import { expectCommand } from './commands.ts';
import { blocksOf, printedPattern, readDocument } from './markdown.ts';
import { hasTools, runBlocks } from './shell.ts';

const document = await readDocument('docs/deploy.md');
const consolePage = await readDocument('docs/console.md');
const blocks = blocksOf(document);
const commands = [...blocks, ...blocksOf(consolePage)]
  .filter(({ language }) => language === 'sh')
  .flatMap(({ text }) => text.split('\n'));

/** The yaml block that begins with this comment. */
function file(name: string): string {
  const found = blocks.find(({ text }) => text.startsWith(`# ${name}\n`));
  if (found === undefined) throw new Error(`the page shows no ${name}`);
  return found.text;
}

/** The first column of the table under a heading. */
function tableUnder(heading: string): readonly string[] {
  const section = document.split(/^## /m).find((text) => text.startsWith(heading)) ?? '';
  const cells = [...section.matchAll(/^\| (`.*?) \|/gm)].map(([, cell]) => cell ?? '');
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? ''));
}

const Output = v.record(v.string(), v.object({ Value: v.unknown() }));

async function templateOfPage(): Promise<Template> {
  const [stores, events] = await Promise.all([
    temporaryFile('stores.yaml', file('stores.yaml')),
    temporaryFile('events.yaml', file('events.yaml')),
  ]);
  const outdir = join(stores, '..', 'out');
  const context = { ...WITHOUT_BUNDLES.context, storesFile: stores, eventsFile: events };
  return Template.fromStack(createCopyApp({ outdir, ...WITHOUT_BUNDLES, context }).stack);
}

describe('docs/deploy.md', async () => {
  const template = await templateOfPage();

  it('shows files that can be deployed', () => {
    const stores = parseStores(parseYaml(file('stores.yaml')));
    expect(parseRules(parseYaml(file('events.yaml')), stores).length).toBe(1);
  });

  it('lists the outputs, settings and alarms that there are', async () => {
    const outputs = v.parse(Output, template.findOutputs('*'));
    expect(tableUnder('7.').filter((name) => /^[A-Z]\w+$/.test(name) && name !== 'CopyObject')).toEqual(
      expect.arrayContaining(Object.keys(outputs)),
    );
    const settings = Object.keys(parseYaml(await readFile('objectferry.example.yaml', 'utf8')));
    expect(tableUnder('5.').filter((name) => settings.includes(name))).toEqual(expect.arrayContaining(settings));
    const alarms = Object.keys(template.findResources('AWS::CloudWatch::Alarm'));
    const named = tableUnder('Alarms').filter((name) => /^[A-Z]\w+$/.test(name));
    const ids = alarms.map((id) => id.replace(/^Alarms(\w+)[0-9A-F]{8}$/, '$1'));
    expect(named.toSorted()).toEqual(ids.toSorted());
    const queries = Object.values(template.findResources('AWS::Logs::QueryDefinition'));
    expect(queries.map(({ Properties }) => Properties.Name)).toContain('Objectferry/Errors by name');
  });

  it('names secrets that the functions may read, with what is in them', () => {
    const allowed = JSON.stringify(template.findResources('AWS::IAM::Policy'));
    const created = commands.flatMap((line) => {
      const match = /^aws secretsmanager create-secret --name (\S+) --secret-string (.*)$/.exec(line);
      return match === null ? [] : [{ name: match[1] ?? '', text: match[2] ?? '' }];
    });
    expect(created.map(({ name }) => name)).toEqual([
      'objectferry/hz',
      'objectferry/push-token',
      'objectferry/keys/films',
    ]);
    for (const { name } of created) {
      const pattern = name.startsWith('objectferry/keys/') ? ':secret:objectferry/keys/*' : `:secret:${name}-??????`;
      expect(allowed).toContain(pattern);
    }
    expect(JSON.parse(created[0]?.text.slice(1, -1) ?? '')).toEqual({ accessKeyId: 'LTAI…', secretAccessKey: '…' });
  });

  it('names the machine, the stack and the routes as they are', () => {
    template.hasResourceProperties('AWS::StepFunctions::StateMachine', { StateMachineName: 'CopyObject' });
    for (const arn of commands.join('\n').match(/arn:aws:states:\S+/g) ?? []) {
      expect(arn).toMatch(
        /^arn:aws:states:REGION:ACCOUNT:(?:stateMachine:CopyObject|execution:CopyObject:EXECUTION_NAME)$/,
      );
    }
    const routes = Object.values(template.findResources('AWS::ApiGatewayV2::Route')).map(
      ({ Properties }) => Properties.RouteKey,
    );
    expect(routes).toContain('POST /events/{provider}');
  });

  it.each(commands)('the command exists: %s', expectCommand);

  it('npm run synth has nothing to say about the files of this page', async () => {
    const [stores, events] = await Promise.all([
      temporaryFile('stores.yaml', file('stores.yaml')),
      temporaryFile('events.yaml', file('events.yaml')),
    ]);
    const context = JSON.stringify({ ...WITHOUT_BUNDLES.context, storesFile: stores, eventsFile: events });
    const main = start(fileURLToPath(import.meta.resolve('#infra/main.ts')), [], {
      env: { CDK_CONTEXT_JSON: context, CDK_OUTDIR: join(events, '..', 'out') },
    });
    expect(await main.ended).toMatchObject({ code: 0, stderr: '' });
  });

  it('counts transitions as they are billed', async () => {
    await using world = await startWorld();
    world.oss.model.putVirtualObject('raw', 'key', 4 * 1024 * 1024);
    const entered = async (options: Record<string, number>) => {
      let count = 0;
      const onEvent = ({ type }: MachineEvent) => {
        if (type === 'StateEntered') count += 1;
      };
      const receipt = await world.copied({ options }, { onEvent: (event) => onEvent(event) });
      return { count, spans: receipt.spans ?? 0 };
    };
    expect(await entered({})).toEqual({ count: 7, spans: 0 });
    const parts = await entered({ partSizeMiB: 1, maxInFlight: 1 });
    expect(parts.count).toBe(8 + parts.spans);
    expect(document).toContain('7 for one request, 8 + spans for parts');
  });
});

const tools = await hasTools();
const printedUnder = (heading: string) => blocks.filter((block) => block.heading.startsWith(heading));

it.runIf(tools)(
  'docs/deploy.md: the doctor says what the page says, with a secret as Secrets Manager has it',
  async () => {
    await using emulator = await startOssEmulator({ buckets: ['raw', 'archive'] });
    const [command, printed] = printedUnder('6.');
    const stores = file('stores.yaml').replace(
      'endpoint: https://oss-cn-hangzhou.aliyuncs.com',
      `endpoint: ${emulator.endpoint}\n    addressing: path`,
    );
    const { accessKeyId, secretAccessKey } = demoOssAccount;
    const secret = JSON.stringify({ accessKeyId, secretAccessKey });
    // What the page's own command asks for is answered as AWS answers it.
    const before = `aws() { [ "$1 $2 $4" = 'secretsmanager get-secret-value objectferry/hz' ] && echo '${secret}'; }
cat > stores.yaml <<'END'\n${stores}\nEND`;
    const [output] = await runBlocks([command?.text ?? ''], before);
    expect(output).toMatch(printedPattern(printed?.text ?? ''));
  },
);

it('docs/deploy.md: the doctor says of a deployment what the page says', async () => {
  await using serving = await startServing();
  serving.oss.model.putVirtualObject('raw', 'small.txt', 5);
  const [, command, printed] = printedUnder('7.');
  const words = command?.text.split(' ').slice(2).join(' ').replaceAll('hz://', 'oss://').split(' ') ?? [];
  const endpoint = words.indexOf('--endpoint');
  const { stdout } = await serving.cli(...words.toSpliced(endpoint, 2));
  expect(stdout.trim()).toMatch(printedPattern((printed?.text ?? '').replaceAll('hz://', 'oss://')));
});
