import { z } from "zod";
import type { Tensor } from "../../core/graph/tensor";
import type { Checkpoint, CheckpointInfo, Fingerprint } from "../../store/checkpoint";
import type { RunWriter } from "../../store/runWriter";
import { RenamedState } from "../ort/renamedState";
import type { TrainingState } from "../ort/trainingState";
import type { BestEvaluation, TrainingProgress, TrainingSchedule } from "./progress";
import type { RunRecord } from "./runRecord";
import type { CheckpointSaved } from "./trainEpochs";

/** What a trainer needs beyond the counters that every checkpoint has. */
const TrainerInfo = z.object({
  epochLossSum: z.number(),
  evaluationsSinceBest: z.int().min(0),
  record: z.unknown(),
});

export interface CheckpointsContext {
  readonly writer: RunWriter;
  readonly state: TrainingState;
  readonly record: RunRecord;
  readonly schedule: TrainingSchedule;
  readonly seed: number;
  readonly fingerprint: Fingerprint;
  /** Parameters and buffers: what evaluation needs. */
  readonly modelNames: readonly string[];
  /** What evaluation reads in place of the parameters and buffers: running averages by their names; empty without. */
  readonly averages: ReadonlyMap<string, string>;
  /** The validation metric that picks the best. */
  readonly metric: string;
}

/** Translates between a trainer's state and the checkpoints of its run directory. */
export class Checkpoints {
  constructor(readonly context: CheckpointsContext) {}

  /** The whole state, from which training goes on exactly. */
  async saveResume({ step, epochLossSum, best, evaluationsSinceBest }: TrainingProgress): Promise<CheckpointSaved> {
    const { state, record, metric } = this.context;
    const trainer = { epochLossSum, evaluationsSinceBest, record: record.kept };
    const info = { step, trainer, ...(best && { best: { ...best, metric } }) };
    return this.#save("resume", info, await state.read());
  }

  /** The parameters and buffers; of those with a running average, that. */
  async saveBest(best: Omit<BestEvaluation, "file">): Promise<CheckpointSaved> {
    const { state, modelNames, averages, record, metric } = this.context;
    const tensors = await new RenamedState(state, averages).read(modelNames);
    const saved = await this.#save("best", { step: best.step, trainer: {} }, tensors);
    record.setBest({ ...best, file: saved.file }, metric);
    return saved;
  }

  /** Puts what {@link saveBest} kept where evaluation reads it. */
  async loadBest(file: string): Promise<void> {
    const { state, averages, writer } = this.context;
    new RenamedState(state, averages).write((await writer.loadCheckpoint(file)).tensors);
  }

  async #save(
    kind: "resume" | "best",
    about: Pick<CheckpointInfo, "step" | "trainer" | "best">,
    tensors: Readonly<Record<string, Tensor>>,
  ): Promise<CheckpointSaved> {
    const { writer, seed, fingerprint, schedule } = this.context;
    const epoch = Math.floor(about.step / schedule.stepsPerEpoch);
    const { file, bytes } = await writer.saveCheckpoint({
      info: { kind, epoch, seed, fingerprint, ...about },
      tensors,
    });
    return { type: "checkpointSaved", step: about.step, epoch, kind, file, bytes };
  }
}

/** Where the checkpoint's training stood. */
export function progressOf({ info }: Checkpoint): TrainingProgress {
  const { epochLossSum, evaluationsSinceBest } = TrainerInfo.parse(info.trainer);
  const { best } = info;
  return {
    step: info.step,
    epochLossSum,
    evaluationsSinceBest,
    ...(best && { best: { epoch: best.epoch, step: best.step, value: best.value, file: best.file } }),
  };
}
