import { join } from "node:path";
import { UserError } from "../core/errors";
import type { RunEvent } from "../core/experiment/runEvent";
import type { EvaluateReply, EvaluateRequest } from "../protocol/engine";
import { loadCheckpoint } from "../store/loadCheckpoint";
import { nodeFileSystem } from "../store/nodeFileSystem";
import { runFiles } from "../store/runDirectory";
import { readManifest, readSummary } from "../store/runListing";
import { TrainingState } from "./ort/trainingState";
import { chooseExecutor } from "./training/chooseExecutor";
import { evaluationBatchSize, Evaluator } from "./training/evaluator";
import { openTask } from "./training/openTask";
import { confidenceSummary } from "./training/writeConfidence";

/**
 * Measures the best checkpoint of a run on a split, with the settings and files that the run names.
 * @throws UserError when the run has no best checkpoint or its files are gone
 */
export async function* evaluateRun(
  request: EvaluateRequest & { readonly signal: AbortSignal },
): AsyncGenerator<RunEvent, EvaluateReply> {
  const { runDirectory, split, signal } = request;
  const { config, baseDirectory } = await readManifest(nodeFileSystem, runDirectory);
  const { best } = await readSummary(nodeFileSystem, runDirectory);
  if (!best) throw new UserError(`"${runDirectory}" has no best checkpoint; let the run reach an evaluation first.`);
  const { tensors } = await loadCheckpoint(nodeFileSystem, join(runDirectory, runFiles.checkpoints, best.checkpoint));
  const { executor, event } = await chooseExecutor(config, request);
  yield event;
  yield { type: "phaseStarted", phase: "extract" };
  const { task, close } = yield* openTask(config, executor, { ...request, baseDirectory });
  const state = await TrainingState.create(tensors);
  const evaluator = new Evaluator(task, executor, state, evaluationBatchSize(task, config.training.batchSize), signal);
  try {
    yield { type: "phaseStarted", phase: "evaluate", split };
    const evaluation = await evaluator.evaluate(split);
    const confidence = confidenceSummary(evaluation);
    return { metrics: evaluation.metrics, ...(confidence && { confidence }), device: executor.device };
  } finally {
    await evaluator.dispose();
    state.dispose();
    await close();
  }
}
