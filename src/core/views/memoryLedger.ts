import type { Phase, PredictedMemory } from "../experiment/runEvent";
import { phaseNames } from "../experiment/eventNames";
import type { ColumnTable } from "./columnTable";

/** What a run was predicted to need beside what was measured. All in bytes. */
export interface MemoryLedger {
  readonly predicted?: { readonly peakBytes: number; readonly kinds: readonly KindBytes[] };
  /** Highest resident memory that was seen in each phase, in the order of the phases. */
  readonly measuredByPhase: readonly { readonly phase: Phase; readonly bytes: number }[];
  /** Resident memory before anything was loaded. */
  readonly idleBytes?: number;
  /** High-water mark of the whole process. */
  readonly peakBytes?: number;
  /** Highest memory held on the device. */
  readonly deviceBytes?: number;
  /** Measured while training, above idle. */
  readonly aboveIdleBytes?: number;
  /** (aboveIdle − predicted) / predicted. */
  readonly relativeError?: number;
}

export interface KindBytes {
  readonly kind: string;
  readonly bytes: number;
}

export interface MeasuredPeaks {
  readonly peakRssBytes?: number | undefined;
  readonly idleRssBytes?: number | undefined;
  readonly peakDeviceBytes?: number | undefined;
}

/** @param memory the table of memory samples of a {@link RunHistory} */
export function memoryLedger(
  memory: ColumnTable,
  predicted: PredictedMemory | undefined,
  { peakRssBytes, idleRssBytes, peakDeviceBytes }: MeasuredPeaks = {},
): MemoryLedger | undefined {
  const measuredByPhase = phaseNames.flatMap((phase, index) => {
    const bytes = highest(memory, "rssBytes", index);
    return bytes === undefined ? [] : [{ phase, bytes }];
  });
  if (predicted === undefined && measuredByPhase.length === 0 && peakRssBytes === undefined) return undefined;
  const training = measuredByPhase.find(({ phase }) => phase === "train")?.bytes;
  const aboveIdleBytes = training !== undefined && idleRssBytes !== undefined ? training - idleRssBytes : undefined;
  const deviceBytes = peakDeviceBytes ?? highest(memory, "deviceBytes");
  const hasError = aboveIdleBytes !== undefined && predicted !== undefined && predicted.peakBytes > 0;
  return {
    ...(predicted && { predicted: { peakBytes: predicted.peakBytes, kinds: kindsOf(predicted) } }),
    measuredByPhase,
    ...(idleRssBytes !== undefined && { idleBytes: idleRssBytes }),
    ...(peakRssBytes !== undefined && { peakBytes: peakRssBytes }),
    ...(deviceBytes !== undefined && { deviceBytes }),
    ...(aboveIdleBytes !== undefined && { aboveIdleBytes }),
    ...(hasError && { relativeError: aboveIdleBytes / predicted.peakBytes - 1 }),
  };
}

/** Largest first; kinds of the same size stay in the order in which they were predicted. */
function kindsOf({ bytesByKind }: PredictedMemory): readonly KindBytes[] {
  return Object.entries(bytesByKind)
    .map(([kind, bytes]) => ({ kind, bytes }))
    .filter(({ bytes }) => bytes > 0)
    .sort((a, b) => b.bytes - a.bytes);
}

function highest(memory: ColumnTable, name: string, phase?: number): number | undefined {
  const phases = memory.column("phase");
  let peak: number | undefined;
  memory.column(name).forEach((value, row) => {
    if (Number.isFinite(value) && (phase === undefined || phases[row] === phase)) peak = Math.max(peak ?? 0, value);
  });
  return peak;
}
