/** As much of ali-oss as the tests use; the package has no types of its own. */
declare module 'ali-oss' {
  import type { Agent } from 'node:http';

  interface Options {
    accessKeyId: string;
    accessKeySecret: string;
    bucket: string;
    endpoint: string;
    region?: string;
    authorizationV4?: boolean;
    stsToken?: string;
    refreshSTSToken?: () => Promise<unknown>;
    agent?: Agent;
  }

  interface Result {
    res: { status: number; headers: Record<string, string> };
  }

  interface Part {
    PartNumber: string;
    Size: string;
  }

  class Client {
    constructor(options: Options);
    put(name: string, content: Buffer, options?: object): Promise<Result>;
    get(name: string, options?: object): Promise<Result & { content: Buffer }>;
    head(name: string, options?: object): Promise<Result & { meta: Record<string, string> | null }>;
    copy(name: string, source: string, sourceBucket?: string, options?: object): Promise<Result>;
    append(name: string, content: Buffer, options?: object): Promise<Result & { nextAppendPosition: string }>;
    delete(name: string, options?: object): Promise<Result>;
    signatureUrl(name: string, options?: object): string;
    signatureUrlV4(method: string, expires: number, request: object | undefined, name: string): Promise<string>;
    list(query: object): Promise<{ objects: { name: string }[] }>;
    listV2(query: object): Promise<{ objects: { name: string }[]; keyCount: number }>;
    initMultipartUpload(name: string, options?: object): Promise<Result & { uploadId: string }>;
    uploadPartCopy(
      name: string,
      uploadId: string,
      partNumber: number,
      range: string,
      source: { sourceKey: string; sourceBucketName: string },
      options?: object,
    ): Promise<Result & { etag: string }>;
    multipartUploadCopy(
      name: string,
      source: { sourceKey: string; sourceBucketName: string },
      options?: object,
    ): Promise<Result & { etag: string }>;
    listParts(name: string, uploadId: string, query?: object): Promise<{ parts: Part[]; isTruncated: string }>;
    listUploads(query: object): Promise<{ uploads: { name: string; uploadId: string }[]; isTruncated: boolean }>;
    abortMultipartUpload(name: string, uploadId: string): Promise<Result>;
    putBucketVersioning(bucket: string, status: string): Promise<unknown>;
    getBucketVersioning(bucket: string): Promise<{ versionStatus: string }>;
    getBucketVersions(query?: object): Promise<{ objects: { name: string; isLatest: boolean }[] }>;
    getObjectTagging(name: string): Promise<{ tag: Record<string, string> }>;
    putObjectTagging(name: string, tag: Record<string, string>): Promise<unknown>;
    getACL(name: string): Promise<{ acl: string }>;
  }

  export = Client;
}
