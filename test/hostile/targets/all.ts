import { answerTargets } from './answers.ts';
import { eventTargets } from './events.ts';
import { fileTargets } from './files.ts';
import { pushTargets } from './pushes.ts';
import { requestTargets } from './requests.ts';
import type { Target } from './target.ts';

/** Every parser of what others write. */
export async function allTargets(): Promise<readonly Target[]> {
  return [...(await answerTargets()), ...eventTargets(), ...pushTargets(), ...fileTargets(), ...requestTargets()];
}
