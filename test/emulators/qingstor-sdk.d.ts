/** As much of qingstor-sdk as the tests use; the package has no types of its own. */
declare module 'qingstor-sdk' {
  import type { Agent } from 'node:http';

  interface Options {
    access_key_id: string;
    secret_access_key: string;
    endpoint: string;
    enable_virtual_host_style: boolean;
    getAxiosConfig: () => {
      httpAgent: Agent;
      responseType: string;
      transformRequest: ((data: unknown, headers: Record<string, string>) => unknown)[];
    };
  }

  interface Result {
    status: number;
    headers: Record<string, string>;
    data: Buffer;
  }

  type Given = Readonly<Record<string, unknown>>;

  interface Bucket {
    put(): Promise<Result>;
    listObjects(options?: Given): Promise<Result>;
    listMultipartUploads(options?: Given): Promise<Result>;
    putObject(key: string, options: Given): Promise<Result>;
    getObject(key: string, options?: Given): Promise<Result>;
    headObject(key: string, options?: Given): Promise<Result>;
    deleteObject(key: string): Promise<Result>;
    initiateMultipartUpload(key: string, options?: Given): Promise<Result>;
    uploadMultipart(key: string, options: Given): Promise<Result>;
    listMultipart(key: string, options: Given): Promise<Result>;
    completeMultipartUpload(key: string, options: Given): Promise<Result>;
    abortMultipartUpload(key: string, options: Given): Promise<Result>;
  }

  /** The package is CommonJS made of modules: everything hangs on the one thing that it exports. */
  const sdk: {
    Config: new (options: Options) => object;
    QingStor: new (config: object) => { Bucket(name: string, zone: string): Bucket };
  };
  // biome-ignore lint/style/noDefaultExport: this is how the package is made
  export default sdk;
}
