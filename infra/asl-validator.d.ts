/** The part of asl-validator that is used here; the package brings no types. */
declare module 'asl-validator' {
  /** Checks a definition against the Amazon States Language. It changes its argument: give it a copy. */
  function validate(definition: object): { readonly isValid: boolean; errorsText(separator?: string): string };
  export = validate;
}
