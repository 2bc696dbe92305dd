import { ENV } from '@objectferry/shared/naming.ts';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { ParameterFile } from './parameter-file.ts';
import { grantSecrets } from './secret-access.ts';
import type { StoresFile } from './stores-file.ts';

/**
 * Secrets that a request may name as `keySecret` stand under this prefix, so that it can name no others, and no
 * store's credentials either.
 */
const KEY_SECRETS = 'objectferry/keys/*';

/** The stores file as a parameter, and the right to read it with the secrets it names. */
export class StoreAccess extends Construct {
  readonly #file: ParameterFile;
  readonly #secrets: readonly string[];

  constructor(scope: Construct, id: string, { json, secretIds }: StoresFile) {
    super(scope, id);
    this.#file = new ParameterFile(this, 'Stores', {
      text: json,
      description:
        'The places that copies may read and write, as JSON, without secrets. Made from stores.yaml beside cdk.json or from -c storesFile=PATH; stores.example.yaml documents every field.',
    });
    this.#secrets = [...secretIds, KEY_SECRETS];
  }

  /** Lets a function that signs requests read the stores file and the secrets. */
  grantTo(handler: LambdaFunction): void {
    this.#file.grantTo(handler, ENV.storesParameter);
    grantSecrets(handler, this.#secrets);
  }

  /** Lets a function know the stores, and sign nothing. */
  grantNamesTo(handler: LambdaFunction): void {
    this.#file.grantTo(handler, ENV.storesParameter);
  }
}
