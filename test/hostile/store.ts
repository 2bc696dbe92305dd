/** A store that nothing is wrong with, before a test spoils it. */
export const STORE = {
  provider: 's3',
  region: 'us-east-1',
  endpoint: 'https://s3.us-east-1.amazonaws.com',
  addressing: 'path',
  insecure: true,
  credentials: { secret: 'objectferry/s3' },
  buckets: ['raw'],
};
