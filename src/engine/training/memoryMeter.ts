import { readFileSync, writeFileSync } from "node:fs";

/**
 * Measures resident memory of this process by the kernel's high-water mark, so that no peak between two looks is missed.
 * On Linux the mark is reset when a phase starts, which gives every phase a peak of its own; elsewhere phases are sampled
 * and only the whole has a true mark.
 */
export class MemoryMeter {
  #phase = "start";
  readonly #peaks = new Map<string, number>();

  /** Ends the current phase and starts another; phases of one name are merged. */
  startPhase(name: string): void {
    this.sample();
    this.#phase = name;
    resetLinuxMark();
    this.sample();
  }

  /** Looks at the memory now; returns the present resident bytes. */
  sample(): number {
    const present = process.memoryUsage.rss();
    const peak = Math.max(present, linuxMark() ?? 0);
    this.#peaks.set(this.#phase, Math.max(peak, this.#peaks.get(this.#phase) ?? 0));
    return present;
  }

  /** Largest resident bytes per phase so far. */
  get phasePeakBytes(): Readonly<Record<string, number>> {
    this.sample();
    return Object.fromEntries(this.#peaks);
  }

  /** Largest resident bytes since this meter was made; on systems other than Linux, since the process started. */
  get peakBytes(): number {
    const seen = Object.values(this.phasePeakBytes);
    // On Linux this mark would survive `exec` and report what the parent process held.
    if (process.platform !== "linux") seen.push(process.resourceUsage().maxRSS * 1024);
    return Math.max(...seen);
  }
}

/** Bytes, or undefined where the kernel keeps no such mark for a process image. */
function linuxMark(): number | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "latin1"))?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  } catch {
    return undefined;
  }
}

function resetLinuxMark(): void {
  if (process.platform !== "linux") return;
  try {
    writeFileSync("/proc/self/clear_refs", "5");
  } catch {
    // Not permitted in some containers: all phases then share one rising mark.
  }
}
