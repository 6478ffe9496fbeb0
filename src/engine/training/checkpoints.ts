import { z } from "zod";
import type { Tensor } from "../../core/graph/tensor";
import type { Checkpoint, CheckpointInfo, Fingerprint } from "../../store/checkpoint";
import type { RunWriter } from "../../store/runWriter";
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

  /** The parameters and buffers. */
  async saveBest(best: Omit<BestEvaluation, "file">): Promise<CheckpointSaved> {
    const { state, modelNames, record, metric } = this.context;
    const saved = await this.#save("best", { step: best.step, trainer: {} }, await state.read(modelNames));
    record.setBest({ ...best, file: saved.file }, metric);
    return saved;
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
