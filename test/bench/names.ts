/** Who takes part, by the names that tables, budgets and the plot use. */
export const OURS = 'Objectferry';
export const FLOOR = 'bare node:http';
export const SDK_DEFAULT = 'AWS SDK v3';
export const SDK_RAISED = 'AWS SDK v3, sockets raised';
export const MULTIPART_COPY = 'aws-s3-multipart-copy';
export const ALI_OSS = 'ali-oss';
export const ESDK_OBS = 'esdk-obs-nodejs';
export const HANDLER_ALONE = 'the handler alone';
export const SDK_HANDLER = 'the same handler by AWS SDK v3';
export const BOTO3 = 'boto3';
export const AWS_CLI = 'aws-cli';
export const S4CMD = 's4cmd';
export const RCLONE = 'rclone';
