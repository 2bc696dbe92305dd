/** Keys that transports, signatures and copy sources get wrong. Without those that begin with a slash: not all stores have them. */
export const WEIRD_KEYS = [
  'a b/c d.txt',
  'plus+sign+.bin',
  '数据/视频 (终).mp4',
  '100%/done%20.txt',
  'a%2Fb%2F..%2Fc',
  'what?.txt',
  'what?versionId=x',
  'hash#1.txt',
  'tilde~name.txt',
  "paren(1)*star's!.txt",
  'dir//double///slash.bin',
  'a&b=c;d,e:f@g$h.txt',
  'emoji-🎬.mov',
  'dot/../seg/./x.bin',
  '../up',
  'back\\slash"quote<>.txt',
  'trailing/',
  `long-${'ü'.repeat(480)}`,
] as const;

/** A key that OBS and S3 have, and others refuse. */
export const LEADING_SLASH_KEY = '/leading/slash.bin';

/** The keys that stay what they are in an SDK whose HTTP client folds segments of dots away. */
export const KEYS_WITHOUT_DOT_SEGMENTS = WEIRD_KEYS.filter(
  (key) => !key.split('/').some((segment) => segment === '.' || segment === '..'),
);
