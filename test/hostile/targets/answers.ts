import { NOWHERE, openStore } from '../open-store.ts';
import { recordAnswers } from '../provider-answers.ts';
import { answerBytes, answerFrom } from './http-text.ts';
import { isCopyError, type Target } from './target.ts';

/** The answers of all providers, as the emulators gave them, to the calls that they answered. */
export async function answerTargets(): Promise<readonly Target[]> {
  const recorded = await recordAnswers();
  return [...Map.groupBy(recorded, ({ provider }) => provider)].map(([provider, answers]): Target => {
    const named = new Map(answers.map((answer, index) => [`${index} ${answer.name}`, answer]));
    return {
      name: `answers of ${provider}`,
      inputs: new Map([...named].map(([name, { answer }]) => [name, answerBytes(answer)])),
      parse: async (bytes, input) => {
        const recording = named.get(input);
        if (recording === undefined) throw new RangeError(`There is no answer ${input}.`);
        const answer = answerFrom(bytes, recording.answer);
        return recording.call(openStore(provider, NOWHERE, async () => answer));
      },
      refuses: isCopyError,
      // An object's bytes are written as numbers here.
      growth: 12,
    };
  });
}
