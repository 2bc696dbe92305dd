import type { Rule } from '@objectferry/shared/events/rule.ts';
import { parseRules } from '@objectferry/shared/events/rules.ts';
import { extension, lambdaStores, setting } from './runtime.ts';

let last: { readonly text: string; readonly rules: readonly Rule[] } | undefined;

/** The rules of this deployment. The extension keeps the parameter for minutes; they are read anew only when it changed. */
export async function lambdaRules(): Promise<readonly Rule[]> {
  const text = await extension.parameter(setting('rulesParameter'));
  if (last?.text !== text) last = { text, rules: parseRules(JSON.parse(text), await lambdaStores()) };
  return last.rules;
}
