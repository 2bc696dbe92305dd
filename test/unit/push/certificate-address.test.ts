import { type CertificateKeeper, certificateAddress } from '@objectferry/shared/events/push/certificate-address.ts';
import { Refusal } from '@objectferry/shared/events/push/refusal.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EVENT_BRIDGE_CERTIFICATE, MNS_CERTIFICATE, SMN_CERTIFICATE, SNS_CERTIFICATE } from './signed-pushes.ts';

const GOOD: Readonly<Record<CertificateKeeper, readonly string[]>> = {
  sns: [
    SNS_CERTIFICATE,
    SNS_CERTIFICATE.replace('eu-west-1', 'us-gov-west-1'),
    SNS_CERTIFICATE.replace('eu-west-1.amazonaws.com', 'cn-north-1.amazonaws.com.cn'),
  ],
  mns: [MNS_CERTIFICATE, 'https://mnstest.oss-cn-hangzhou.aliyuncs.com/x509_public_certificate.pem'],
  eventBridge: [EVENT_BRIDGE_CERTIFICATE],
  smn: [
    SMN_CERTIFICATE,
    'https://smn.cn-north-9.myhuaweicloud.com/smn/SMN_cn-north-9_94f60ccdfbee4588aa4d555935a56ba3.pem',
    'https://smn.eu-west-101.myhuaweicloud.eu/smn/SMN_eu-west-101_94f60ccdfbee4588aa4d555935a56ba3.pem',
  ],
};
const KEEPERS = ['sns', 'mns', 'eventBridge', 'smn'] as const;

/** Every way in which a good address is turned into one that leads elsewhere, or only looks different. */
function tricks(url: string): readonly string[] {
  const { host, pathname } = new URL(url);
  return [
    url.replace('https:', 'http:'),
    url.replace('https:', 'HTTPS:'),
    url.replace('https://', 'https:/'),
    url.replace('https://', '//'),
    url.replace('https://', 'ftp://'),
    `https://user@${host}${pathname}`,
    `https://user:password@${host}${pathname}`,
    `https://${host}@evil.example${pathname}`,
    `https://${host}:443${pathname}`,
    `https://${host}:8443${pathname}`,
    `https://${host}.${pathname}`,
    `https://${host}.evil.example${pathname}`,
    `https://evil.example/${host}${pathname}`,
    `https://evil.example#${host}${pathname}`,
    `https://evil.example\\${host}${pathname}`,
    `https://evil-${host}${pathname}`,
    `https://evil.${host}${pathname}`,
    `https://${host.toUpperCase()}${pathname}`,
    `https://${host.replace(/[aeo]/, 'а')}${pathname}`,
    `https://${host.replaceAll('.', '。')}${pathname}`,
    `https://${host.replace('.', '%2e')}${pathname}`,
    `https://${host.replace(/(\w)\./, '$1\u00ad.')}${pathname}`,
    `https://${host.replace(/\.(?=\w+$)/, '-')}${pathname}`,
    `https://x${host.slice(host.indexOf('.'))}${pathname}`,
    `https://${host}/..${pathname}`,
    `https://${host}//${pathname}`,
    `https://${host}/%2e%2e${pathname}`,
    `https://${host}/bucket${pathname}`,
    `${url}?redirect=https://evil.example`,
    `${url}#x`,
    `${url}\n`,
    `\n${url}`,
    ` ${url}`,
    `${url}\0`,
    `${url}/`,
    url.replace('.pem', '.pem.exe'),
    url.replace('.pem', ''),
    'https://169.254.169.254/latest/meta-data.pem',
    'https://[::1]/x.pem',
    'https://localhost/x.pem',
    '',
  ];
}

describe.each(KEEPERS)('an address of a certificate of %s', (keeper) => {
  it.each(GOOD[keeper])('may be %s', (url) => {
    const { origin, target } = certificateAddress(keeper, url);
    expect(origin + target).toBe(url);
    expect(origin).toMatch(/^https:\/\/[a-z0-9.-]+$/);
  });

  it.each(GOOD[keeper].flatMap(tricks))('may not be %j', (url) => {
    expect(() => certificateAddress(keeper, url)).toThrow(Refusal);
  });

  it('may not be that of another service', () => {
    for (const url of KEEPERS.filter((other) => other !== keeper).flatMap((other) => GOOD[other])) {
      expect(() => certificateAddress(keeper, url)).toThrow(Refusal);
    }
  });

  it('is a pinned one or none, whatever is changed in it', () => {
    const changed = fc.tuple(fc.constantFrom(...GOOD[keeper]), fc.nat(120), fc.nat(3), fc.string({ maxLength: 4 }));
    fc.assert(
      fc.property(changed, ([url, at, drop, add]) => {
        const text = url.slice(0, at) + add + url.slice(at + drop);
        try {
          const { origin, target } = certificateAddress(keeper, text);
          // The strictest reader of addresses reads the same host out of it.
          const read = new URL(text);
          expect([read.origin, read.pathname, read.search, read.hash]).toEqual([origin, target, '', '']);
          expect(read.host).toMatch(
            /(?:\.amazonaws\.com(?:\.cn)?|\.aliyuncs\.com|\.myhuaweicloud\.\w+|\.t-systems\.com)$/,
          );
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
        }
      }),
      { seed: 4, numRuns: 2_000 },
    );
  });
});

describe('the region of a certificate', () => {
  it('has to be that of the topic', () => {
    expect(certificateAddress('sns', SNS_CERTIFICATE, 'eu-west-1').origin).toBe('https://sns.eu-west-1.amazonaws.com');
    expect(() => certificateAddress('sns', SNS_CERTIFICATE, 'eu-west-2')).toThrow(Refusal);
    expect(() => certificateAddress('smn', SMN_CERTIFICATE, 'eu-nl')).toThrow(Refusal);
  });
});
