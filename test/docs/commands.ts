import { expect } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { runBlocks } from './shell.ts';

/** Commands of the AWS command line, and what they cannot do without, as `aws … help` says. */
const AWS: Readonly<Record<string, readonly string[]>> = {
  'secretsmanager create-secret': ['--name', '--secret-string'],
  'secretsmanager put-secret-value': ['--secret-id', '--secret-string'],
  'secretsmanager delete-secret': ['--secret-id'],
  'secretsmanager get-secret-value': ['--secret-id'],
  'stepfunctions start-execution': ['--state-machine-arn', '--input'],
  'stepfunctions redrive-execution': ['--execution-arn'],
  's3api put-bucket-notification-configuration': ['--bucket', '--notification-configuration'],
  'sns subscribe': ['--topic-arn', '--protocol', '--notification-endpoint'],
  'service-quotas request-service-quota-increase': ['--service-code', '--quota-code', '--desired-value'],
};

const OTHERS = /^(?:npm ci|git pull|npx cdk (?:bootstrap|deploy|diff|destroy))$/;

/** Requires that a line of a page can be run: that its program, its subcommand and its flags exist. */
export async function expectCommand(line: string): Promise<void> {
  const [, aws, rest = ''] = /(?:^|\$\()aws (\S+ \S+)(.*)$/.exec(line) ?? [];
  if (aws !== undefined) return expectAws(aws, rest);
  const script = /^npm run (\S+)$/.exec(line)?.[1];
  if (script !== undefined) return expect(manifest.scripts).toHaveProperty(script);
  const own = /^npx objectferry (.*)$/.exec(line)?.[1];
  if (own === undefined) return expect(line).toMatch(OTHERS);
  return expectOwn(own);
}

function expectAws(command: string, rest: string): void {
  const needed = AWS[command];
  if (needed === undefined) expect.fail(`unknown command aws ${command}`);
  for (const flag of needed ?? []) expect(rest).toContain(`${flag} `);
  for (const [, json = ''] of rest.matchAll(/--(?:input|notification-configuration) '([^']*)'/g)) {
    expect(() => JSON.parse(json)).not.toThrow();
  }
}

async function expectOwn(words: string): Promise<void> {
  const [name = '', ...flags] = words.match(/^\S+| --[a-z-]+/g) ?? [];
  const [help = ''] = await runBlocks([`npx objectferry ${name} --help`]);
  expect(help).toMatch(new RegExp(`^Usage: objectferry ${name} `));
  for (const flag of flags) expect(help).toContain(`${flag.trim()} `);
}
