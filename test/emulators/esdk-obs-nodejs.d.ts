/** As much of esdk-obs-nodejs as the tests use; the package has no types of its own. */
declare module 'esdk-obs-nodejs' {
  import type { Agent } from 'node:http';

  interface Options {
    access_key_id: string;
    secret_access_key: string;
    server: string;
    security_token?: string;
    signature?: 'obs' | 'v2';
    path_style?: boolean;
    is_signature_negotiation?: boolean;
    max_retry_count?: number;
    region?: string;
    http_agent?: Agent;
  }

  interface Part {
    PartNumber: string;
    ETag: string;
    Size: string;
  }

  interface Result {
    CommonMsg: { Status: number; Code: string; Message: string; RequestId: string; Id2: string };
    InterfaceResult?: {
      RequestId: string;
      Id2: string;
      ETag?: string;
      ContentLength?: string;
      Content?: Buffer | string;
      Metadata?: Record<string, string>;
      UploadId?: string;
      VersionId?: string;
      Parts?: Part[];
      Contents?: { Key: string; Size: string }[];
      Uploads?: { Key: string; UploadId: string }[];
      Versions?: { Key: string; VersionId: string }[];
    };
  }

  type Method = (parameters: Record<string, unknown>) => Promise<Result>;

  class ObsClient {
    constructor(options: Options);
    /** Not public: the only way to the code for version 4 that the package still holds. */
    util: { signatureContext: Record<string, string> };
    putObject: Method;
    getObject: Method;
    getObjectMetadata: Method;
    deleteObject: Method;
    copyObject: Method;
    listObjects: Method;
    listVersions: Method;
    listMultipartUploads: Method;
    initiateMultipartUpload: Method;
    uploadPart: Method;
    copyPart: Method;
    listParts: Method;
    completeMultipartUpload: Method;
    abortMultipartUpload: Method;
    setBucketVersioningConfiguration: Method;
    createSignedUrlSync(parameters: Record<string, unknown>): {
      SignedUrl: string;
    };
  }

  export = ObsClient;
}
