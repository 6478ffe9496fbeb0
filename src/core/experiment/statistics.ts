import { tQuantile } from "./tDistribution";

/** A mean over seeds. Spread figures are undefined for n = 1: one run says nothing about spread. */
export interface Estimate {
  readonly n: number;
  readonly mean: number;
  /** Sample standard deviation (divisor n − 1). */
  readonly standardDeviation?: number;
  /** 95 % confidence interval of the mean, from Student's t with n − 1 degrees of freedom. */
  readonly interval95?: readonly [number, number];
}

/** Arithmetic mean. @throws RangeError for no values. */
export function mean(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("The mean of no values is undefined.");
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Sample standard deviation, in two passes for accuracy. @throws RangeError for fewer than two values. */
export function sampleStandardDeviation(values: readonly number[]): number {
  if (values.length < 2) throw new RangeError("A sample standard deviation needs two values.");
  const center = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - center) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}

/** Mean, sample standard deviation and 95 % confidence interval of values measured with n seeds. */
export function estimate(values: readonly number[]): Estimate {
  const n = values.length;
  const center = mean(values);
  if (n < 2) return { n, mean: center };
  const standardDeviation = sampleStandardDeviation(values);
  const margin = (tQuantile(0.975, n - 1) * standardDeviation) / Math.sqrt(n);
  return { n, mean: center, standardDeviation, interval95: [center - margin, center + margin] };
}
