/** Formats numbers for people. `locale` is a BCP 47 tag; raw data in files never go through here. */
export interface Formatter {
  /** Four significant digits; very large and very small ones with a power of ten. */
  readonly number: (value: number) => string;
  readonly integer: (value: number) => string;
  /** With that many decimals, so that the figures of a column line up. */
  readonly fixed: (value: number, decimals: number) => string;
  /** Share of 1 as a percentage with one decimal. */
  readonly percent: (share: number) => string;
  /** The same without a decimal that is zero, as axes have it. */
  readonly shortPercent: (share: number) => string;
  /** Binary units, named as such. */
  readonly bytes: (bytes: number) => string;
  /** The two largest units that matter, for example "2 min 10 s". */
  readonly duration: (seconds: number) => string;
}

const byteUnits = ["B", "KiB", "MiB", "GiB", "TiB"];

/** Made once for each locale: the platform takes milliseconds for it, and texts are made anew with each message of a run. */
const formatters = new Map<string, Formatter>();

export function formatter(locale: string): Formatter {
  const existing = formatters.get(locale);
  if (existing) return existing;
  const made = makeFormatter(locale);
  formatters.set(locale, made);
  return made;
}

function makeFormatter(locale: string): Formatter {
  const plain = new Intl.NumberFormat(locale, { maximumSignificantDigits: 4, useGrouping: false });
  const power = new Intl.NumberFormat(locale, { notation: "scientific", maximumSignificantDigits: 3 });
  const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const tenths = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const share = new Intl.NumberFormat(locale, { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const tick = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 });
  const three = new Intl.NumberFormat(locale, { maximumSignificantDigits: 3 });
  const four = new Intl.NumberFormat(locale, { maximumSignificantDigits: 4 });

  const number = (value: number): string => {
    if (!Number.isFinite(value)) return String(value).replace("Infinity", "∞");
    const size = Math.abs(value);
    return size !== 0 && (size < 1e-4 || size >= 1e7) ? power.format(value) : plain.format(value);
  };
  return {
    number,
    integer: (value) => (Number.isFinite(value) ? whole.format(value) : number(value)),
    fixed(value, decimals) {
      if (!Number.isFinite(value)) return number(value);
      const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals, useGrouping: false };
      return new Intl.NumberFormat(locale, digits).format(value);
    },
    percent: (value) => (Number.isFinite(value) ? share.format(value) : number(value)),
    shortPercent: (value) => (Number.isFinite(value) ? tick.format(value) : number(value)),
    bytes(bytes) {
      if (!Number.isFinite(bytes)) return number(bytes);
      const unit = bytes < 1 ? 0 : Math.min(byteUnits.length - 1, Math.floor(Math.log2(bytes) / 10));
      const scaled = bytes / 1024 ** unit;
      return `${(scaled >= 1000 ? four : three).format(scaled)} ${byteUnits[unit] ?? "B"}`;
    },
    duration(seconds) {
      if (!Number.isFinite(seconds)) return number(seconds);
      if (seconds < 10) return `${tenths.format(seconds)} s`;
      const rounded = Math.round(seconds);
      const [days, hours, minutes] = [rounded / 86_400, (rounded / 3600) % 24, (rounded / 60) % 60].map(Math.floor);
      if (days) return `${days} d ${hours ?? 0} h`;
      if (hours) return `${hours} h ${minutes ?? 0} min`;
      return minutes ? `${minutes} min ${rounded % 60} s` : `${rounded} s`;
    },
  };
}

/** Fills the places {0}, {1}, … of a text. */
export function fill(template: string, ...values: readonly (string | number)[]): string {
  return template.replace(/\{(\d+)\}/g, (place, index: string) => String(values[Number(index)] ?? place));
}
