import {
  CopyAccepted,
  CopyFailure,
  CopyList,
  CopyProgress,
  CopyState,
  CopyStatus,
  CopySummary,
  Health,
  Problem,
} from '@objectferry/shared/api.ts';
import { Check, CopyRequest, Receipt } from '@objectferry/shared/contract.ts';
import { type ConversionConfig, type JsonSchema, toJsonSchema, toJsonSchemaDefs } from '@valibot/to-json-schema';
import * as v from 'valibot';
import { describeFields } from './descriptions.ts';

/** What API Gateway says itself, before the API is asked: it knows no problem documents. */
const GatewayMessage = v.object({ message: v.nullable(v.string()) });

/** The schemas that requests and answers are checked with, by their names in the document. */
export const SCHEMAS = {
  CopyRequest,
  CopyAccepted,
  CopyStatus,
  CopyState,
  CopyProgress,
  CopyFailure,
  CopyList,
  CopySummary,
  Receipt,
  Check,
  Health,
  Problem,
  GatewayMessage,
} as const satisfies Record<string, v.GenericSchema>;
export type SchemaName = keyof typeof SCHEMAS;

/** A reference to a schema of the document. */
export function refTo(name: SchemaName): { readonly $ref: string } {
  return { $ref: `#/components/schemas/${name}` };
}

/** All of them as JSON Schema, with a description for every field a person may wonder about. */
export function componentSchemas(): Readonly<Record<string, JsonSchema>> {
  const schemas = toJsonSchemaDefs(SCHEMAS, CONFIG);
  // The library names what it meets inside by numbers, though nothing refers to that any more.
  const named = Object.entries(schemas).filter(([name]) => Object.hasOwn(SCHEMAS, name));
  return describeFields(Object.fromEntries(named));
}

const CONFIG: ConversionConfig = {
  // The dialect of OpenAPI 3.1.
  target: 'draft-2020-12',
  // What a caller sends; answers have no transformations.
  typeMode: 'input',
  // Their sentences are told by the API; JSON Schema has no words for them.
  ignoreActions: ['check', 'raw_transform'],
  overrideRef: ({ referenceId }) => `#/components/schemas/${referenceId}`,
  overrideSchema: ({ valibotSchema }) => (valibotSchema.type === 'lazy' ? eitherForm(valibotSchema) : undefined),
  overrideAction: ({ valibotAction, jsonSchema }) => {
    // JSON Schema knows no flags.
    const { requirement } = valibotAction as { readonly requirement?: unknown };
    if (!(requirement instanceof RegExp) || requirement.flags !== 'i') return undefined;
    return { ...jsonSchema, pattern: requirement.source.replaceAll('a-z', 'a-zA-Z') };
  },
};

// As parseLocation reads it.
const LOCATION = '[^:/?#]+://[^/?#]+/[^?#]+';
const VERSION = '(\\?versionId=[^&#]+)?';

/** What may be written as a text or as an object is chosen by a function of the input; both are asked for here. */
function eitherForm(schema: v.GenericSchema): JsonSchema {
  const { getter } = schema as v.LazySchema<v.GenericSchema>;
  if (getter('') === getter(undefined)) return formOf(getter(undefined));
  const [text, fields] = [formOf(getter('')), formOf(getter(undefined))];
  const isLocation = text.type === 'string' && text.enum === undefined;
  if (!isLocation) return { anyOf: [text, fields] };
  const version = fields.properties?.['versionId'] === undefined ? '' : VERSION;
  return { anyOf: [{ ...text, pattern: `^${LOCATION}${version}$` }, fields] };
}

function formOf(schema: v.GenericSchema): JsonSchema {
  // What is chosen by a function is named by a number too, though its form stands where it is used.
  const { $schema, $defs, ...form } = toJsonSchema(schema, CONFIG);
  return form;
}
