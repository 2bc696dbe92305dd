import type { Template } from 'aws-cdk-lib/assertions';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { ADMISSIONS, type Admission, type Permission, ROLES, type RoleRow } from './permission-table.ts';
import { readable, readableResources, type Types, withoutHash } from './readable.ts';
import { EVERYTHING, EVERYTHING_ELSE, templateOf } from './template.ts';

const OneOrMore = v.pipe(
  v.union([v.string(), v.array(v.string())]),
  v.transform((value) => [value].flat()),
);
const Allowed = v.strictObject({ Effect: v.literal('Allow'), Action: OneOrMore, Resource: v.unknown() });
const Policies = v.record(
  v.string(),
  v.object({
    Properties: v.strictObject({
      PolicyName: v.string(),
      PolicyDocument: v.object({ Statement: v.array(Allowed) }),
      Roles: v.tuple([v.object({ Ref: v.string() })]),
    }),
  }),
);
const Roles = v.record(
  v.string(),
  v.object({
    // No managed policy, no inline one.
    Properties: v.strictObject({
      AssumeRolePolicyDocument: v.object({
        Statement: v.tuple([
          v.strictObject({
            Action: v.literal('sts:AssumeRole'),
            Effect: v.literal('Allow'),
            Principal: v.strictObject({ Service: v.string() }),
            // Step Functions takes its role for this account's machines only.
            Condition: v.optional(
              v.strictObject({
                ArnLike: v.strictObject({ 'aws:SourceArn': v.unknown() }),
                StringEquals: v.strictObject({ 'aws:SourceAccount': v.unknown() }),
              }),
            ),
          }),
        ]),
      }),
    }),
  }),
);
const ResourcePolicies = v.record(
  v.string(),
  v.object({
    Properties: v.object({ PolicyDocument: v.object({ Statement: v.array(v.looseObject({ Effect: v.string() })) }) }),
  }),
);
const Admitted = v.object({
  Effect: v.literal('Allow'),
  Action: v.string(),
  Principal: v.strictObject({ Service: v.string() }),
  Resource: v.unknown(),
  Condition: v.record(v.string(), v.record(v.string(), v.unknown())),
});
const Refused = v.object({
  Effect: v.literal('Deny'),
  Action: v.string(),
  Principal: v.unknown(),
  Condition: v.strictObject({ Bool: v.strictObject({ 'aws:SecureTransport': v.literal('false') }) }),
});

const everything = templateOf(EVERYTHING);

function typesOf(template: Template): Types {
  const resources = v.parse(v.record(v.string(), v.object({ Type: v.string() })), template.toJSON()['Resources']);
  return Object.fromEntries(Object.entries(resources).map(([id, { Type }]) => [id, Type]));
}

type Rights = readonly Pick<Permission, 'actions' | 'resources'>[];

/** What each role may do; one line for each set of resources. */
function permissions(template: Template): Record<string, Rights> {
  const types = typesOf(template);
  const policies = Object.values(v.parse(Policies, template.findResources('AWS::IAM::Policy')));
  return Object.fromEntries(
    policies.map(({ Properties: { PolicyDocument, Roles: roles } }) => [
      withoutHash(roles[0].Ref),
      sorted(
        PolicyDocument.Statement.map(({ Action, Resource }) => ({
          actions: [...Action].sort(),
          resources: readableResources(Resource, types),
        })),
      ),
    ]),
  );
}

/** By resource and action, so that neither the order nor CDK's merging of statements makes a difference. */
function sorted(rights: Rights): Rights {
  const merged = new Map<string, Set<string>>();
  for (const { actions, resources } of rights) {
    for (const resource of resources) {
      for (const action of actions) merged.set(resource, (merged.get(resource) ?? new Set()).add(action));
    }
  }
  return [...merged]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([resource, actions]) => ({ resources: [resource], actions: [...actions].sort() }));
}

const expected = (row: RoleRow): Rights => sorted(row.permissions);

describe('roles', () => {
  const actual = permissions(everything);

  test.each(Object.keys(ROLES))('%s may do exactly what the table says', (role) => {
    const row = ROLES[role];
    expect(row && actual[role]).toEqual(row && expected(row));
  });

  test('there are no others, each is for one service, and none has a managed policy', () => {
    expect(Object.keys(actual).sort()).toEqual(Object.keys(ROLES).sort());
    const roles = v.parse(Roles, everything.findResources('AWS::IAM::Role'));
    const services = Object.entries(roles).map(([id, { Properties }]) => [
      withoutHash(id),
      Properties.AssumeRolePolicyDocument.Statement[0].Principal.Service,
    ]);
    expect(Object.fromEntries(services)).toEqual(
      Object.fromEntries(Object.entries(ROLES).map(([id, { service }]) => [id, service])),
    );
  });

  test('nothing is allowed on every resource but traces and the delivery of a log, and no action is a pattern', () => {
    for (const rights of Object.values(actual)) {
      for (const { actions, resources } of rights) {
        expect(actions.filter((action) => action.includes('*'))).toEqual([]);
        if (!resources.includes('*')) continue;
        expect(
          actions.filter((action) => !/^xray:|^logs:.*(Deliver|ResourcePolic|DescribeLogGroups)/.test(action)),
        ).toEqual([]);
      }
    }
  });

  test('a deployment without events and API has no role for them', () => {
    const rest = permissions(templateOf({ settings: { ...EVERYTHING.settings, api: false } }));
    const always = Object.entries(ROLES).filter(([, { when }]) => when === undefined);
    expect(Object.keys(rest).sort()).toEqual(always.map(([id]) => id).sort());
  });

  test('without secrets in the stores file only the keys that a request may name can be read', () => {
    const rest = permissions(templateOf());
    const secrets = rest['InitiateRole']?.filter(({ actions }) => actions.includes('secretsmanager:GetSecretValue'));
    expect(secrets).toEqual([
      {
        actions: ['secretsmanager:GetSecretValue'],
        resources: ['arn:…:secretsmanager:…:…:secret:objectferry/keys/*'],
      },
    ]);
  });

  test('a KMS key of the queues may be used by those who send and receive, and by nobody else', () => {
    const rest = permissions(templateOf(EVERYTHING_ELSE));
    const users = Object.entries(rest).filter(([, rights]) =>
      rights.some(({ actions }) => actions.some((action) => action.startsWith('kms:'))),
    );
    expect(users.map(([role]) => role).sort()).toEqual(['IntakeRole', 'ReceiveRole']);
    for (const [, rights] of users) {
      expect(rights).toContainEqual({
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: ['arn:aws:kms:eu-west-1:123456789012:key/0f6c8b54-0000-4000-8000-000000000000'],
      });
    }
  });
});

describe('policies of resources', () => {
  const statements = (template: Template) =>
    ['AWS::SQS::QueuePolicy', 'AWS::SNS::TopicPolicy'].flatMap((type) =>
      Object.values(v.parse(ResourcePolicies, template.findResources(type))).flatMap(
        ({ Properties }) => Properties.PolicyDocument.Statement,
      ),
    );

  function admissions(template: Template): Admission[] {
    const types = typesOf(template);
    return statements(template)
      .filter(({ Effect }) => Effect === 'Allow')
      .map((statement) => {
        const { Action, Principal, Resource, Condition } = v.parse(Admitted, statement);
        const only = Object.entries(Condition).flatMap(([operator, fields]) =>
          Object.entries(fields).map(
            ([field, values]) => `${operator} ${field} ${readableResources(values, types).join(', ')}`,
          ),
        );
        return { to: readable(Resource, types), who: Principal.Service, may: Action, only: only.join('; ') };
      });
  }

  const order = (rows: readonly Admission[]) => rows.map((row) => JSON.stringify(row)).sort();
  const inTemplate = ({ only, ...row }: Admission): Admission => ({ ...row, only: only.replace('this account', '…') });

  test('exactly those of the table may send, each on one condition at least', () => {
    expect(order(admissions(everything))).toEqual(order(ADMISSIONS.map(inTemplate)));
    for (const { only } of admissions(everything)) expect(only).not.toBe('');
  });

  test('nobody may send without TLS', () => {
    const denials = statements(everything).filter(({ Effect }) => Effect === 'Deny');
    expect(denials).toHaveLength(4);
    for (const denial of denials) expect(v.is(Refused, denial)).toBe(true);
  });

  test('without buckets and topics in the rules nobody outside may send', () => {
    const events = { json: '{}', buckets: [], topics: [], secretIds: [], pushes: false };
    const rest = admissions(templateOf({ events }));
    expect(rest.map(({ to, who }) => `${who} to ${to}`)).toEqual(['events.amazonaws.com to queue CleaningFailures']);
  });

  test('a KMS key changes nothing about who may send', () => {
    const queues = (rows: readonly Admission[]) => order(rows.filter(({ to }) => to.startsWith('queue')));
    expect(queues(admissions(templateOf(EVERYTHING_ELSE)))).toEqual(queues(ADMISSIONS.map(inTemplate)));
  });
});

test('docs/permissions.md is made from the table; `npx vitest run test/infra/permissions.test.ts -u` writes it', async () => {
  await expect(page()).toMatchFileSnapshot('../../docs/permissions.md');
});

function page(): string {
  const roles = [...grouped(Object.values(ROLES))].map(
    ([table, titles]) => `### ${titles.join(', ')}

| actions | on | why |
|---|---|---|
${table}
`,
  );
  const admitted = ADMISSIONS.map(
    ({ to, who, may, only }) => `| ${to} | ${who} | \`${may}\` | ${lines(only.split('; '))} |`,
  );
  return `# Who may do what

This page is generated from the table that the template tests compare the stack with
(\`test/infra/permission-table.ts\`), so it cannot differ from what is deployed. It shows a deployment with everything
in it: a stores file with the secrets \`aliyun\` and one by its ARN, rules for the buckets \`raw\` and \`archive-*\` at
Amazon, an SNS topic of another account, a push token \`objectferry/push\`, and a mail address for alarms. \`…\` stands for
the partition, region or account of the deployment.

What a store's credentials have to be allowed at their provider is in [providers.md](providers.md).

## Roles

Every function has a role of its own. None has a managed policy.

${roles.join('\n')}
With \`queueKeyArn\`, Receive and Intake may also \`kms:Decrypt\` and \`kms:GenerateDataKey\` with that key. A secret under a
customer-managed KMS key needs \`kms:Decrypt\` for the function's role in the policy of that key.

## Who may send from outside

By the policies of the queues and the topic. Without TLS nobody may.

| to | who | may | only |
|---|---|---|---|
${admitted.join('\n')}

## Who may call the API

\`execute-api:Invoke\` on the API's ARN is what a caller needs in its own policy, for example for submitting and watching
only: \`arn:aws:execute-api:REGION:ACCOUNT:API/$default/POST/copies\` and \`…/$default/GET/copies/*\`. With \`auth: jwt\` a token
of the issuer for one of the audiences opens every route. \`POST /events/{provider}\` has no authorizer: its function
believes a push only after it has verified the signature, the token or the HMAC, and it can put messages into the
queue and do nothing else.
`;
}

/** Roles with the same rights stand together; only their logs differ. */
function grouped(roles: readonly RoleRow[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const { who, when, permissions: rows } of roles) {
    const name = who.replace(/^the (function )?/, '');
    const table = rows
      .map(({ actions, resources, why }) => `| ${lines(actions)} | ${lines(resources)} | ${why} |`)
      .join('\n')
      .replace(`log group ${name}Log`, 'log group of its own');
    groups.set(table, [...(groups.get(table) ?? []), `${name}${when === undefined ? '' : ` (${when})`}`]);
  }
  return groups;
}

function lines(values: readonly string[]): string {
  return values.map((value) => `\`${value.replaceAll('|', '\\|')}\``).join('<br>');
}
