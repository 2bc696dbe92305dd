/** What a refusal carries besides its code: header fields and elements of the error document. */
export interface RefusalDetail {
  readonly headers?: Readonly<Record<string, string>>;
  /** Extra elements of the error document, such as `StringToSign`. */
  readonly fields?: Readonly<Record<string, string>>;
}

/** A request that the emulated service refuses, by the service's own status and code. Each provider writes its own document. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, detail: RefusalDetail = {}) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
    this.code = code;
    this.headers = detail.headers ?? {};
    this.fields = detail.fields ?? {};
  }
}
