import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from '../commands.ts';
import { AWS_CLI, BOTO3, RCLONE, S4CMD } from '../names.ts';

/** Where a tool works, and with which keys. */
export interface ToolWorld {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Objects at a time. */
  readonly concurrency: number;
  /** For configuration files. */
  readonly folder: string;
}

/** A whole prefix of one bucket to another bucket, keys unchanged. */
export interface PrefixCopy {
  readonly bucket: string;
  readonly prefix: string;
  readonly to: string;
}

/** A program of Debian's that copies many objects. */
export interface Tool {
  readonly name: string;
  /** Debian's package. */
  readonly debian: string;
  /** Prints what is installed, and fails when it is not. */
  readonly version: Command;
  readonly copy: (world: ToolWorld, copy: PrefixCopy) => Promise<{ command: Command; env: Record<string, string> }>;
}

const BOTO3_COPY = fileURLToPath(import.meta.resolve('../peers/boto3-copy.py'));

/** The tools, with their own defaults but for the number of objects at a time. */
export const TOOLS: readonly Tool[] = [
  {
    name: BOTO3,
    debian: 'python3-boto3',
    version: ['/usr/bin/python3', '-c', 'import boto3; print("boto3", boto3.__version__)'],
    copy: async (world, { bucket, prefix, to }) => ({
      command: ['/usr/bin/python3', BOTO3_COPY, world.endpoint, bucket, prefix, to, `${world.concurrency}`],
      env: awsKeys(world),
    }),
  },
  {
    name: AWS_CLI,
    debian: 'awscli',
    version: ['/usr/bin/aws', '--version'],
    copy: async (world, { bucket, prefix, to }) => {
      const config = join(world.folder, 'aws-config');
      await writeFile(config, `[default]\nregion = default\ns3 =\n  max_concurrent_requests = ${world.concurrency}\n`);
      const places = [`s3://${bucket}/${prefix}`, `s3://${to}/${prefix}`];
      return {
        command: ['/usr/bin/aws', '--endpoint-url', world.endpoint, 's3', 'cp', '--recursive', '--quiet', ...places],
        env: { ...awsKeys(world), AWS_CONFIG_FILE: config },
      };
    },
  },
  {
    name: S4CMD,
    debian: 's4cmd',
    version: ['/usr/bin/s4cmd', '--version'],
    copy: async (world, { bucket, prefix, to }) => {
      const options = ['--endpoint-url', world.endpoint, '--num-threads', `${world.concurrency}`, '--recursive'];
      const places = [`s3://${bucket}/${prefix}`, `s3://${to}/${prefix}`];
      return {
        command: ['/usr/bin/s4cmd', 'cp', ...options, ...places],
        env: { S3_ACCESS_KEY: world.accessKeyId, S3_SECRET_KEY: world.secretAccessKey },
      };
    },
  },
  {
    name: RCLONE,
    debian: 'rclone',
    version: ['/usr/bin/rclone', 'version'],
    copy: async (world, { bucket, prefix, to }) => {
      const width = `${world.concurrency}`;
      const places = [`ceph:${bucket}/${prefix}`, `ceph:${to}/${prefix}`];
      return {
        command: ['/usr/bin/rclone', 'copy', '--transfers', width, '--checkers', width, ...places],
        env: {
          RCLONE_CONFIG: join(world.folder, 'rclone.conf'),
          RCLONE_CONFIG_CEPH_TYPE: 's3',
          RCLONE_CONFIG_CEPH_PROVIDER: 'Ceph',
          RCLONE_CONFIG_CEPH_ENDPOINT: world.endpoint,
          RCLONE_CONFIG_CEPH_ACCESS_KEY_ID: world.accessKeyId,
          RCLONE_CONFIG_CEPH_SECRET_ACCESS_KEY: world.secretAccessKey,
        },
      };
    },
  },
];

function awsKeys({ accessKeyId, secretAccessKey }: ToolWorld): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    // Nobody is there to ask: without it Python waits for a service of EC2.
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}
