import type { Finding } from './finding.ts';

const WARN_SECONDS = 60;
/** Signatures are refused from 15 minutes on, everywhere; what is this far off soon will be. */
const FAIL_SECONDS = 600;

/** Judges this machine's clock by the `Date` of an answer, which is exact to a second. */
export function clockFinding(subject: string, date: string | null | undefined, now: Date): Finding {
  const said = Date.parse(date ?? '');
  if (Number.isNaN(said)) {
    const sentence = 'The answer has no Date, so the clock could not be compared: check it with "timedatectl".';
    return { subject, check: 'clock', verdict: 'warn', sentence };
  }
  const apart = Math.round((now.getTime() - said) / 1000);
  const verdict = Math.abs(apart) > FAIL_SECONDS ? 'fail' : Math.abs(apart) > WARN_SECONDS ? 'warn' : 'ok';
  const way = apart < 0 ? 'behind' : 'ahead';
  const sentence =
    verdict === 'ok'
      ? `This machine's clock agrees to ${WARN_SECONDS} seconds.`
      : `This machine's clock is ${Math.abs(apart)} seconds ${way}: set it (timedatectl set-ntp true), signatures that are 15 minutes off are refused.`;
  return { subject, check: 'clock', verdict, sentence };
}
