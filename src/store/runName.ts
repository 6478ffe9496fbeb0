/** What the name of a run directory says. */
export interface RunName {
  readonly experiment: string;
  readonly variant: string;
  readonly seed: number;
  /** 1 for the first run of this variant and seed, then 2, 3, …. */
  readonly attempt: number;
}

const pattern = /^([a-z0-9-]+)\.([a-z0-9-]+)\.seed(\d{1,10})(?:\.(\d{1,6}))?$/;

/** Name of a run's directory, `<experiment>.<variant>.seed<k>[.<n>]`; the first attempt has no number. */
export function formatRunName({ experiment, variant, seed, attempt }: RunName): string {
  return `${experiment}.${variant}.seed${seed}${attempt === 1 ? "" : `.${attempt}`}`;
}

/** Reads the name of a run directory; undefined for any other directory. */
export function parseRunName(name: string): RunName | undefined {
  const [, experiment, variant, seed, attempt] = pattern.exec(name) ?? [];
  if (experiment === undefined || variant === undefined || seed === undefined) return undefined;
  return { experiment, variant, seed: Number(seed), attempt: Number(attempt ?? 1) };
}
