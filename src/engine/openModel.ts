import type { ExperimentConfig } from "../core/experiment/experimentConfig";
import type { RunEvent } from "../core/experiment/runEvent";
import type { RunManifest } from "../core/experiment/runManifest";
import type { Placement } from "../protocol/engine";
import { loadBestCheckpoint } from "../store/bestCheckpoint";
import { nodeFileSystem } from "../store/nodeFileSystem";
import { readManifest } from "../store/runListing";
import type { OrtExecutor } from "./ort/ortExecutor";
import { TrainingState } from "./ort/trainingState";
import { chooseExecutor } from "./training/chooseExecutor";
import { evaluationBatchSize, Evaluator } from "./training/evaluator";
import { fileFingerprints } from "./training/fileFingerprints";
import { type OpenedTask, openTask } from "./training/openTask";

export interface OpenModelRequest extends Omit<Placement, "baseDirectory"> {
  readonly runDirectory: string;
  readonly signal: AbortSignal;
}

/** A trained model with the data it was trained on, ready to evaluate. */
export interface OpenedModel {
  readonly config: ExperimentConfig;
  readonly baseDirectory: string;
  readonly executor: OrtExecutor;
  readonly opened: OpenedTask;
  readonly state: TrainingState;
  readonly evaluator: Evaluator;
  readonly checkpoint: { readonly file: string; readonly epoch: number; readonly step: number };
  /** Files that are no longer those that the run read, one sentence each. */
  readonly changes: readonly string[];
  readonly close: () => Promise<void>;
}

/**
 * Opens a run, finished or not, with its best checkpoint; features that the cache lacks are extracted.
 * @throws UserError when the run has no best checkpoint yet or its files are gone, Cancelled between batches
 */
export async function* openModel(request: OpenModelRequest): AsyncGenerator<RunEvent, OpenedModel> {
  const { runDirectory, signal } = request;
  const manifest = await readManifest(nodeFileSystem, runDirectory);
  const { config, baseDirectory } = manifest;
  const { info, tensors, file } = await loadBestCheckpoint(nodeFileSystem, runDirectory);
  const changes = await changedFiles(manifest);
  const { threads } = info.fingerprint;
  // The number of threads that the run had gives its very results, to the last digit.
  const chosen = await chooseExecutor(config, request, typeof threads === "number" ? threads : undefined);
  const { executor } = chosen;
  yield chosen.event;
  yield { type: "phaseStarted", phase: "extract" };
  const opened = yield* openTask(config, executor, { ...request, baseDirectory });
  const state = await TrainingState.create(tensors);
  const batchSize = evaluationBatchSize(opened.task, config.training.batchSize);
  const evaluator = new Evaluator(opened.task, executor, state, batchSize, signal);
  const close = async (): Promise<void> => {
    await evaluator.dispose();
    state.dispose();
    await opened.close();
  };
  const checkpoint = { file, epoch: info.epoch, step: info.step };
  return { config, baseDirectory, executor, opened, state, evaluator, checkpoint, changes, close };
}

async function changedFiles({ config, baseDirectory, files }: RunManifest): Promise<readonly string[]> {
  const now = await fileFingerprints(config, baseDirectory);
  return Object.entries(now).flatMap(([key, { path, sha256 }]) =>
    files[key]?.sha256 === sha256
      ? []
      : [`"${path}" (${key}) has changed since the run was started: results may differ from the run's own.`],
  );
}
