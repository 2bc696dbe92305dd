import * as v from 'valibot';

/** Values of a template as a person reads them: what the permission table is written in. */

const Attribute = v.object({ 'Fn::GetAtt': v.tuple([v.string(), v.string()]) });
const Reference = v.object({ Ref: v.string() });
const Joined = v.object({ 'Fn::Join': v.tuple([v.string(), v.array(v.unknown())]) });

const NOUNS: Readonly<Record<string, string>> = {
  'AWS::Events::Rule': 'rule',
  'AWS::Lambda::Function': 'function',
  'AWS::Logs::LogGroup': 'log group',
  'AWS::SQS::Queue': 'queue',
  'AWS::SNS::Topic': 'topic',
  'AWS::SSM::Parameter': 'parameter',
  'AWS::StepFunctions::StateMachine': 'machine',
};

/** Type of each resource, by logical id. */
export type Types = Readonly<Record<string, string>>;

/** One value, for example `queue IncomingQueuesEvents` or `arn:…:states:…:…:execution:CopyObject:*`. */
export function readable(value: unknown, types: Types): string {
  if (typeof value === 'string') return value;
  const attribute = v.safeParse(Attribute, value);
  if (attribute.success) return nounOf(attribute.output['Fn::GetAtt'][0], types);
  const reference = v.safeParse(Reference, value);
  if (reference.success) return nameOf(reference.output.Ref, types);
  const [glue, parts] = v.parse(Joined, value)['Fn::Join'];
  const text = parts.map((part) => readable(part, types)).join(glue);
  // A parameter's ARN is made of its name.
  return text.replace(/^arn:…:ssm:…:…:parameter\/(?=parameter )/, '');
}

export function readableResources(value: unknown, types: Types): string[] {
  return [value]
    .flat()
    .map((one) => readable(one, types))
    .sort();
}

function nameOf(id: string, types: Types): string {
  if (id === 'AWS::AccountId') return '…';
  return id.startsWith('AWS::') ? '…' : nounOf(id, types);
}

function nounOf(id: string, types: Types): string {
  const noun = NOUNS[types[id] ?? ''];
  if (noun === undefined) throw new TypeError(`Nothing is known about ${id} of type ${types[id]}.`);
  const name = withoutHash(id);
  // The machine's construct lends its name to the machine.
  return `${noun} ${name}`;
}

/** A logical id without the hash that CDK puts behind it. */
export function withoutHash(id: string): string {
  return id.replace(/[0-9A-F]{8}$/, '');
}
