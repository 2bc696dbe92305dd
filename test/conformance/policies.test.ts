import { readFile } from 'node:fs/promises';
import { Receipt } from '@objectferry/shared/contract.ts';
import { parse } from '@objectferry/shared/schema.ts';
import { describe, expect, it } from 'vitest';
import { type EmulatedWorld, startEmulated } from '../emulated-world.ts';
import { EMULATED, type Emulator } from '../emulators/catalogue.ts';
import type { FaultRule } from '../emulators/fault-plan.ts';
import type { ObsAccount } from '../emulators/obs/context.ts';
import { type Policy, readPolicy } from '../emulators/policy.ts';
import { seededBytes } from '../world.ts';

const MIB = 1024 * 1024;
const document = await readFile(new URL('../../docs/providers.md', import.meta.url), 'utf8');

/** A store that overwrites whatever it is asked not to. */
const LAX = { forbidOverwrite: false, forbidOverwriteByCopy: false };

/** What the document says about one provider. */
function sectionOf(name: string): string {
  const section = document.split(/^## /m).find((text) => text.includes(`(\`provider: ${name}\`)`));
  if (section === undefined) throw new Error(`docs/providers.md has no section about ${name}`);
  return section;
}

function policyOf(name: string): Policy {
  const [, json] = /^```json\n(.*?)^```$/ms.exec(sectionOf(name)) ?? [];
  return readPolicy(JSON.parse(json ?? ''));
}

/** A copy that makes use of something that takes a right. */
interface Scenario {
  readonly title: string;
  readonly options?: object;
  /** Fields of the store besides the usual ones. */
  readonly store?: object;
  readonly inParts?: boolean;
  readonly versioned?: boolean;
  readonly tagged?: boolean;
  readonly rules?: readonly FaultRule[];
}

/** The encryption that the documented policy allows. */
function kmsIn(policy: Policy): object {
  const key = policy.find(({ actions }) => actions.includes('kms:Decrypt'))?.resources[0];
  return { encryption: { kind: 'kms', keyId: key?.startsWith('arn:') ? key : key?.split('/').at(-1) } };
}

function scenariosFor(name: string): readonly Scenario[] {
  const { initiate } = EMULATED[name] ?? expect.fail(`${name} is not emulated`);
  const tagged = name !== 'qingstor';
  const kms = kmsIn(policyOf(name));
  const lost: FaultRule = { operation: initiate, times: 1, fault: { kind: 'lost-answer' } };
  const unclear: FaultRule = {
    operation: 'CompleteMultipartUpload',
    times: 1,
    fault: { kind: 'status', status: 503, code: 'ServiceUnavailable' },
  };
  const never = { overwrite: 'never' };
  return [
    { title: 'by one request', tagged },
    { title: 'in parts', tagged, inParts: true },
    { title: 'of a version, by one request', tagged, versioned: true },
    { title: 'of a version, in parts', tagged, versioned: true, inParts: true },
    { title: 'to a place that must be free', options: never },
    { title: 'to a place that may hold the same', options: { overwrite: 'ifDifferent' } },
    { title: 'whose upload had to be looked for', inParts: true, rules: [lost] },
    { title: 'whose end had to be looked for', inParts: true, rules: [unclear] },
    // Elsewhere the write itself refuses to overwrite, and a look that is denied stands in nobody's way.
    ...(name === 's3'
      ? [{ title: 'to a place that must be free, where only a look can tell', options: never, store: { quirks: LAX } }]
      : []),
    ...(name === 'qingstor'
      ? []
      : [
          { title: 'with an ACL', options: { acl: 'private' } },
          { title: 'under a key of KMS, by one request', options: kms },
          { title: 'under a key of KMS, in parts', options: kms, inParts: true },
        ]),
  ];
}

const bytes = new Map(
  Object.entries(EMULATED).map(([name, { partSizeMiB }]) => [name, seededBytes(partSizeMiB * MIB + 7)]),
);

/** An emulator whose only principal has this policy, and the role that the document names. */
async function startWith(name: string, policy: Policy, scenario: Scenario): Promise<EmulatedWorld<Emulator>> {
  const provider = EMULATED[name] ?? expect.fail(`${name} is not emulated`);
  const { versioned = false, tagged = false, rules = [] } = scenario;
  const [, role] = /system role `([^`]+)`/.exec(sectionOf(name)) ?? [];
  const account: ObsAccount = {
    accessKeyId: 'PRINCIPAL',
    secretAccessKey: 'secret-of-the-principal',
    policy,
    ...(role === undefined ? {} : { roles: [role] }),
  };
  const emulator = await provider.start({
    accounts: [account],
    buckets: provider.buckets.map((bucket) => ({ name: bucket, versioning: versioned ? 'enabled' : 'never' })),
    faults: { seed: 1, rules },
  });
  const tags: readonly [string, string][] = tagged ? [['kind', 'film']] : [];
  emulator.model.putObject(provider.buckets[0], 'key', bytes.get(name) ?? Buffer.of(), { tags });
  return startEmulated(name, emulator, { stores: { [name]: scenario.store ?? {} } });
}

/** What is wrong with the copy in anything that can be seen of it or in its receipt; undefined for nothing. */
async function problemOf(name: string, policy: Policy, scenario: Scenario): Promise<string | undefined> {
  await using world = await startWith(name, policy, scenario);
  const { emulator, provider } = world;
  const parts = scenario.inParts ? { partSizeMiB: provider.partSizeMiB } : {};
  const result = await world.copy({ ...parts, ...scenario.options });
  if (result.status === 'FAILED') return `${result.error}: ${result.cause}`;
  const { checks } = parse(Receipt, result.output, 'The receipt');
  if (!checks.some((check) => check.name === 'size' && check.result === 'equal')) return 'the size is unproven';
  if (world.written()?.equals(bytes.get(name) ?? Buffer.of()) !== true) return 'the bytes differ';
  const written = emulator.model.getObject(provider.buckets[1], 'copy');
  if ((written?.tags.length ?? 0) !== (scenario.tagged ? 1 : 0)) return 'the tags are lost';
  return world.openUploads() === 0 ? undefined : 'an upload is open';
}

describe.each(Object.keys(EMULATED))('the policy that docs/providers.md gives for %s', (name) => {
  const policy = policyOf(name);
  const scenarios = scenariosFor(name);

  it.each(scenarios)('is enough for a copy $title', async (scenario) => {
    expect(await problemOf(name, policy, scenario)).toBeUndefined();
  });

  const omissions = policy.flatMap(({ actions, resources }, index) =>
    actions.map((action) => ({ action, resource: resources.join(', '), index })),
  );

  it.each(omissions)('cannot do without $action on $resource', async ({ action, index }) => {
    const less = policy.map((statement, at) =>
      at === index ? { ...statement, actions: statement.actions.filter((kept) => kept !== action) } : statement,
    );
    let problem: string | undefined;
    for (const scenario of scenarios) {
      problem ??= await problemOf(name, less, scenario);
    }
    expect(problem).toBeDefined();
  });
});

it('OBS-8 keys of KMS take the role that docs/providers.md names, and no other thing', async () => {
  const policy = policyOf('obs');
  const scenario = { title: 'under a key of KMS', options: { encryption: { kind: 'kms' } } };
  expect(await problemOf('obs', policy, scenario)).toBeUndefined();
  const provider = EMULATED['obs'] ?? expect.fail('obs is not emulated');
  const emulator = await provider.start({
    accounts: [{ accessKeyId: 'PRINCIPAL', secretAccessKey: 'secret-of-the-principal', policy }],
    buckets: provider.buckets,
  });
  emulator.model.putObject(provider.buckets[0], 'key', Buffer.from('content'));
  await using world = startEmulated('obs', emulator);
  expect(await world.failed(scenario.options)).toMatchObject({ name: 'AccessDenied' });
});
