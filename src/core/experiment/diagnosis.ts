/** What a check of a machine found out about one device. */
export interface DeviceDiagnosis {
  readonly device: string;
  /** Whether training steps ran on it and gave the CPU's results. */
  readonly runs: boolean;
  /** Why it does not run, or why `auto` passes it over although it does. */
  readonly remark?: string;
}

/** What a check of a machine found out by trying it. */
export interface Diagnosis {
  readonly node: string;
  readonly platform: string;
  readonly processor: string;
  readonly cores: number;
  readonly totalMemoryBytes: number;
  readonly freeMemoryBytes: number;
  /** Free space where features and runs of the folder go. */
  readonly freeDiskBytes: number;
  /** Version, or why it cannot be loaded. */
  readonly onnxRuntime: string;
  readonly sharp: string;
  /** Its version, or why videos cannot be read. */
  readonly ffmpeg: string;
  readonly devices: readonly DeviceDiagnosis[];
}
