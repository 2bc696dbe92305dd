import * as v from 'valibot';

const Texts = v.pipe(
  v.union([v.string(), v.array(v.string())]),
  v.transform((texts) => [texts].flat()),
);
const Effect = v.pipe(v.string(), v.toLowerCase(), v.literal('allow'));

/** One statement, as Alibaba Cloud, Huawei and Amazon spell it. */
const Capitalised = v.pipe(
  v.object({ Effect, Action: Texts, Resource: Texts }),
  v.transform(({ Action, Resource }) => ({ actions: Action, resources: Resource })),
);

/** One statement, as QingStor spells it. */
const Small = v.pipe(
  v.object({ effect: Effect, action: Texts, resource: Texts }),
  v.transform(({ action, resource }) => ({ actions: action, resources: resource })),
);

const Document = v.union([
  v.pipe(
    v.object({ Statement: v.array(Capitalised) }),
    v.transform(({ Statement }) => Statement),
  ),
  v.pipe(
    v.object({ statement: v.array(Small) }),
    v.transform(({ statement }) => statement),
  ),
]);

/** What a statement allows: every action on every resource. A `*` in a resource stands for any text. */
interface Statement {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

/** All that a principal may do: what no statement names is refused. */
export type Policy = readonly Statement[];

/** Reads a policy as providers write them: statements that allow, nothing else. */
export function readPolicy(document: unknown): Policy {
  return v.parse(Document, document);
}

/** Whether a statement names this action and this resource. */
export function allows(policy: Policy, action: string, resource: string): boolean {
  return policy.some(
    ({ actions, resources }) => actions.includes(action) && resources.some((pattern) => matches(pattern, resource)),
  );
}

function matches(pattern: string, resource: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(resource);
}
