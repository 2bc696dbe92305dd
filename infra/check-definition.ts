import validate from 'asl-validator';
import { copyDefinition } from './local/definition.ts';
import { assertSupported } from './local/supported.ts';

// Checks the synthesized definition without AWS: as a definition, and as one that runs here as it does there.
const definition = copyDefinition();
assertSupported(definition);
// The validator changes what it gets; this is a copy already.
const { isValid, errorsText } = validate(definition);
if (isValid) {
  process.stdout.write(`The definition is valid: ${Object.keys(definition.States).length} states.\n`);
} else {
  process.stderr.write(`${errorsText('\n')}\n`);
  process.exitCode = 1;
}
