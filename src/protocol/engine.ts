import type { PredictReply, PredictRequest } from "./predict";
import type { Diagnosis } from "../core/experiment/diagnosis";
import type { RetrievalEntry } from "../core/datasets/retrievalResults";
import type { ExperimentConfig } from "../core/experiment/experimentConfig";
import type { Forecast } from "../core/experiment/forecast";
import type { SideName } from "../core/experiment/sides";
import type { ConfidenceByModality } from "../core/experiment/layerConfidence";
import type { Metrics } from "../core/experiment/metrics";
import type { RunEvent, Split } from "../core/experiment/runEvent";
import type { RunPlan } from "../core/experiment/runPlan";
import type { RunSummary } from "../core/experiment/runSummary";
import type { ModelReport } from "../core/onnx/report/modelReport";
import type { EmbeddingProgress, RetrievalCalls } from "./retrieval";
import type { Nothing } from "./rpc";

/** Both sides of the pipe come from one build; a different number means that one of them is left over from another. */
export const PROTOCOL_VERSION = 1;

/** Where work runs; the same for every request. */
export interface Placement {
  /** Folder that the paths of the experiment are relative to. */
  readonly baseDirectory: string;
  /** Folder of the feature cache. */
  readonly cacheDirectory: string;
  /** Overrides the experiment's own choice. */
  readonly device?: string | undefined;
  readonly threads?: number | undefined;
  /** How many processes share the cores, where neither this request nor the experiment chooses the number of threads. */
  readonly sharedBy?: number | undefined;
}

export interface TrainRequest extends Placement {
  readonly plan: RunPlan;
  /** Folder in which a new run directory is made. */
  readonly runsDirectory: string;
  /** A run directory to go on with instead. */
  readonly resume?: string | undefined;
}

export interface TrainReply {
  readonly summary: RunSummary;
  readonly directory: string;
}

export interface ExtractRequest extends Placement {
  readonly config: ExperimentConfig;
  readonly modality: SideName;
}

export interface ExtractReply {
  readonly modality: string;
  readonly items: number;
  /** Items that an earlier extraction had left in the cache. */
  readonly fromCache: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly device: string;
}

export interface EvaluateRequest extends Omit<Placement, "baseDirectory"> {
  readonly runDirectory: string;
  readonly split: Split;
}

export interface EvaluateReply {
  readonly metrics: Metrics;
  readonly confidence?: ConfidenceByModality | undefined;
  readonly device: string;
}

export interface InspectRequest {
  /** The model file, absolute. */
  readonly path: string;
  /** Sizes of free axes by name, for shapes and costs; sensible ones are found where none are given. */
  readonly sizes?: Readonly<Record<string, number>> | undefined;
  /** List all values that can be tapped, not only the hidden states. */
  readonly values?: boolean | undefined;
}

export interface ForecastRequest extends Placement {
  /** Extractions that the runs share. */
  readonly sets: readonly { readonly modality: SideName; readonly config: ExperimentConfig }[];
  readonly variants: readonly { readonly name: string; readonly config: ExperimentConfig }[];
}

/** One of this build's numbers beside what it should be. */
export interface VerifiedCheck {
  /** Name of the file that holds the reference. */
  readonly label: string;
  readonly passed: boolean;
  /** Largest difference, in the terms of `tolerance`; infinite where nothing can be compared. */
  readonly maxDifference: number;
  readonly tolerance: number;
  readonly detail?: string | undefined;
}

export interface BackboneUseRequest extends Placement {
  readonly config: ExperimentConfig;
  readonly modality: SideName;
}

export interface BackboneUseReply {
  /** Images, or captions. */
  readonly items: number;
  /** Names of the tapped values, low to high. */
  readonly taps: readonly string[];
  /** Shapes in which the model gets one item, by input. */
  readonly inputShapes: Readonly<Record<string, readonly number[]>>;
  /** Bytes kept beside the taps of each item. */
  readonly maskBytes: number;
}

export interface SamplesRequest {
  readonly runDirectory: string;
  readonly split: Split;
  readonly modality: SideName;
  /** Positions in the split. */
  readonly rows: readonly number[];
  /** Samples of the split when the run was made. */
  readonly count: number;
}

export interface SamplesReply {
  /** One per row; none when the data set is not what it was. */
  readonly entries: readonly RetrievalEntry[];
  readonly isChanged: boolean;
}

export interface ExportRequest {
  readonly runDirectory: string;
  readonly format: "onnx" | "safetensors";
  /** Folder for the files; made when it is missing. */
  readonly directory: string;
}

export interface ExportReply {
  /** Absolute paths. */
  readonly files: readonly string[];
  readonly checkpoint: { readonly epoch: number; readonly step: number };
}

/** What the host or the command line asks of a worker. */
export interface EngineCalls extends RetrievalCalls {
  readonly [name: string]: (request: never) => unknown;
  hello(request: { readonly protocolVersion: number }): { readonly pid: number };
  /** Settles when the run has ended. */
  train(request: TrainRequest): TrainReply;
  extract(request: ExtractRequest): ExtractReply;
  export(request: ExportRequest): ExportReply;
  predict(request: PredictRequest): PredictReply;
  evaluate(request: EvaluateRequest): EvaluateReply;
  /** Finds out what this machine can do; a driver that crashes takes the worker along, not the caller. */
  diagnose(request: { readonly folder: string }): Diagnosis;
  /** Looks up items of the data set of a run; no model runs. */
  samples(request: SamplesRequest): SamplesReply;
  /** Reads the structure of a model file, which is hostile until then. */
  inspect(request: InspectRequest): ModelReport;
  /** Size, time and memory of runs, before any is started. */
  forecast(request: ForecastRequest): Forecast;
  /** Compares this build's numbers with reference files in these folders. */
  verify(request: {
    readonly directories: readonly string[];
    /** Folder of the photos that preprocessed pictures were made from. */
    readonly images?: string;
  }): { readonly checks: readonly VerifiedCheck[] };
  /** Reads the data of an experiment to tell what they ask of a backbone. */
  backboneUse(request: BackboneUseRequest): BackboneUseReply;
  /** Asks the work under way to stop at the next opportunity and keep what is done. */
  stop(request: Nothing): void;
}

/** What a worker tells while it works. */
export interface EngineEvents {
  readonly runEvent: RunEvent;
  /** The directory of the run under way. */
  readonly runDirectory: string;
  readonly embeddingProgress: EmbeddingProgress;
}
