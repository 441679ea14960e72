import { DAY, type Micros } from "../core/clock.ts";

/** From when to when a certificate is valid; the beginning may not be known. */
export interface Validity {
  readonly notBefore: Micros | undefined;
  readonly notAfter: Micros;
}

// Time enough for people who are away; of one that was made for a short time the last part.
const RENEW: Micros = 30 * DAY;
const LAST_PART = 1 / 3;

/** Whether a certificate should be renewed now. */
export function endsSoon({ notBefore, notAfter }: Validity, now: Micros): boolean {
  const part = notBefore === undefined ? RENEW : LAST_PART * (notAfter - notBefore);
  return notAfter - now < Math.min(RENEW, part);
}
