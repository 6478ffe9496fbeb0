/** How numbers are written for people; every unit is spelled out in the result. */

/** 1536 → "1.5 KiB". */
export function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit] ?? ""}`;
}

/** 75.2 → "1 min 15 s"; below ten seconds with one decimal. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "?";
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** 200593 → "200,593". */
export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}

/** "1 run", "3 runs". */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** Mean ± sd with one decimal; without the sd when it is of a single value. */
export function formatSpread(mean: number, deviation: number | undefined, decimals = 1): string {
  const center = mean.toFixed(decimals);
  return deviation === undefined ? center : `${center} ± ${deviation.toFixed(decimals)}`;
}
