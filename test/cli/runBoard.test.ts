import { expect, test } from "vitest";
import { RunBoard } from "../../src/cli/runBoard";
import { LiveOutput } from "../../src/cli/terminal";
import type { RunEvent } from "../../src/core/experiment/runEvent";

function board(isTTY: boolean): { board: RunBoard; text: () => string; advance: (ms: number) => void } {
  let written = "";
  let nowMs = 0;
  const live = new LiveOutput({ isTTY, columns: 100, write: (text: string) => (written += text) }, () => nowMs);
  return {
    board: new RunBoard(live, ["unipt seed 0", "mlp seed 0"]),
    text: () => written,
    advance: (ms) => (nowMs += ms),
  };
}

const planned: RunEvent = { type: "trainingPlanned", epochs: 2, stepsPerEpoch: 5, totalSteps: 10, trainableParams: 1 };

function stepEnd(step: number): RunEvent {
  const epoch = step <= 5 ? 1 : 2;
  return { type: "stepEnd", step, epoch, loss: 1.25, learningRate: 0.1, gradientNorm: 1, samplesPerSecond: 1 };
}

test("a live line per task shows progress and the time left", () => {
  const { board: shown, text, advance } = board(true);
  shown.take("unipt seed 0", planned);
  shown.take("unipt seed 0", stepEnd(1));
  advance(4000);
  shown.take("unipt seed 0", stepEnd(5));
  expect(text().trimEnd().split("\n").at(-1)).toBe(
    "\x1b[1A\r\x1b[Junipt seed 0  ━━━━━━━━━━╌╌╌╌╌╌╌╌╌╌  50 %  epoch 1/2  loss 1.250  4.0 s left",
  );
});

test("a finished task leaves its line and no live one", () => {
  const { board: shown, text } = board(true);
  shown.take("unipt seed 0", planned);
  shown.finish("unipt seed 0", "3 s");
  expect(text().endsWith("unipt seed 0  3 s  [1/2]\n")).toBe(true);
});

test("the time left of a resumed run counts only what this process did", () => {
  const { board: shown, text, advance } = board(true);
  shown.take("mlp seed 0", planned);
  advance(1000);
  shown.take("mlp seed 0", stepEnd(9));
  expect(text()).toContain("mlp seed 0    ━━━━━━━━━━━━━━━━━━╌╌  90 %  epoch 2/2  loss 1.250  1.0 s left");
});

test("without a terminal a task reports now and then, and the same notice once", () => {
  const { board: shown, text, advance } = board(false);
  const fallback: RunEvent = { type: "deviceChosen", wanted: "auto", device: "cpu", fallbacks: ["No GPU."] };
  for (const label of ["unipt seed 0", "mlp seed 0"]) shown.take(label, fallback);
  shown.take("unipt seed 0", planned);
  for (let step = 1; step <= 10; step++) {
    advance(4000);
    shown.take("unipt seed 0", stepEnd(step));
  }
  expect(text().split("\n")).toEqual([
    "device cpu: No GPU.",
    expect.stringContaining("30 %"),
    expect.stringContaining("60 %"),
    expect.stringContaining("90 %"),
    "",
  ]);
});
