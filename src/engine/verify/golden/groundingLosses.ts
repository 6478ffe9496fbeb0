import type { Executor } from "../../../core/graph/executor";
import { numbersOf, type Tensor, tensor } from "../../../core/graph/tensor";
import { boxCenters, boxOverlap } from "../../../core/nn/losses/boxOverlap";
import { groundingLoss } from "../../../core/nn/losses/groundingLoss";
import { centerOf, type CenterBox, type Corners, giou, iou } from "../../../core/tasks/grounding/boxes";
import { matchBoxes, type TargetBox } from "../../../core/tasks/grounding/matchBoxes";
import { Comparison, forwardTolerance, type GoldenResult, gradientTolerance, lossTolerance } from "./comparison";
import { GoldenReader } from "./readGolden";
import { runModel } from "./runModel";

/** `box_ops`: overlaps of all pairs and the change to centres, as graph nodes and on numbers. */
export async function checkBoxOps(json: unknown, executor: Executor): Promise<GoldenResult> {
  const golden = new GoldenReader(json);
  const [a, b] = [golden.at("a_xyxy").tensor, golden.at("b_xyxy").tensor];
  const results = await runModel(
    executor,
    "eval",
    ({ g }, feed) => {
      const corners = feed("a", a);
      const pairs = boxOverlap(g, g.unsqueeze(corners, [1]), g.unsqueeze(feed("b", b), [0]));
      return { outputs: { ...pairs, a_cxcywh: boxCenters(g, corners) } };
    },
    () => ({}),
  );
  const comparison = new Comparison();
  const [ours, theirs] = [rows<Corners>(a), rows<Corners>(b)];
  const numbers = {
    iou: ours.flatMap((box) => theirs.map((other) => iou(box, other))),
    giou: ours.flatMap((box) => theirs.map((other) => giou(box, other))),
    a_cxcywh: ours.flatMap((box) => [...centerOf(box)]),
  };
  for (const name of ["iou", "giou", "a_cxcywh"] as const) {
    const expected = golden.at(name).tensor;
    comparison.tensor(name, results[name], expected, forwardTolerance);
    comparison.numbers(`${name} of numbers`, numbers[name], numbersOf(expected), forwardTolerance);
  }
  return comparison.result();
}

/** `loss_mdetr`: the matching, every loss and their sum, gradients with respect to what the heads gave. */
export async function checkGroundingLoss(json: unknown, executor: Executor): Promise<GoldenResult> {
  const golden = new GoldenReader(json);
  const comparison = new Comparison();
  const samples = samplesOf(golden);
  const slotCount = golden.at("pred_logits").tensor.shape[2] ?? 1;
  const { matching, padded } = matchAndPad(comparison, golden, samples, slotCount);
  const results = await runModel(
    executor,
    "train",
    ({ g }, feed) => {
      const logits = feed("pred_logits", golden.at("pred_logits").tensor);
      const boxes = feed("pred_boxes_raw", golden.at("pred_boxes_raw").tensor);
      const queries = feed("proj_queries_raw", golden.at("proj_queries_raw").tensor);
      const tokens = feed("proj_tokens_raw", golden.at("proj_tokens_raw").tensor);
      const { total, ...losses } = groundingLoss(
        g,
        { logits, boxes: g.sigmoid(boxes), queries, tokens },
        {
          boxes: feed("boxes", padded.boxes),
          mask: feed("mask", padded.mask),
          tokenMap: feed("tokenMap", padded.tokenMap),
          matching: feed("matching", matching),
        },
      );
      return { outputs: losses, loss: total, inputs: [logits, boxes, queries, tokens] };
    },
    () => ({}),
  );
  const expected = golden.at("losses");
  for (const [ours, theirs] of [
    ["softToken", "loss_ce"],
    ["box", "loss_bbox"],
    ["giou", "loss_giou"],
    ["alignment", "loss_contrastive_align"],
  ] as const) {
    comparison.number(theirs, Number(results[ours]?.data[0]), expected.at(theirs).number, lossTolerance);
  }
  comparison.number("total", Number(results["loss"]?.data[0]), golden.at("total").number, lossTolerance);
  for (const [name, gradient] of Object.entries(golden.at("grads").named)) {
    comparison.tensor(`gradient of ${name}`, results[`gradient/${name}`], gradient, gradientTolerance);
  }
  return comparison.result();
}

/** The boxes of each sample with their rows of the token map. */
function samplesOf(golden: GoldenReader): TargetBox[][] {
  const maps = rows<readonly number[]>(golden.at("positive_map").tensor);
  let next = 0;
  return golden
    .at("targets")
    .list.map((target) =>
      rows<CenterBox>(target.at("boxes_cxcywh").tensor).map((box) => ({ box, tokenMap: maps[next++] ?? [] })),
    );
}

/** Matches every sample, compares that with the file, and fills the samples up to the same number of boxes. */
function matchAndPad(
  comparison: Comparison,
  golden: GoldenReader,
  samples: readonly TargetBox[][],
  slotCount: number,
): { matching: Tensor; padded: { boxes: Tensor; mask: Tensor; tokenMap: Tensor } } {
  const [logits, boxes] = [golden.at("pred_logits").tensor, golden.at("pred_boxes").tensor];
  const [batch = 1, queryCount = 1] = logits.shape;
  const most = Math.max(...samples.map(({ length }) => length));
  const shape = [batch, most];
  const [matching, mask, corners, maps]: [number[], number[], number[], number[]] = [[], [], [], []];
  for (const [sample, targets] of samples.entries()) {
    const part = (all: Tensor): number[] => numbersOf(all).slice(sample * size(all), (sample + 1) * size(all));
    const size = (all: Tensor): number => all.data.length / batch;
    const found = matchBoxes({ logits: part(logits), boxes: part(boxes), queryCount }, targets);
    const [queries, of] = golden.at("matching").at(sample).tensors;
    const expected = numbersOf(of as Tensor).map((_, at) => numbersOf(queries as Tensor)[at] ?? NaN);
    const order = numbersOf(of as Tensor);
    comparison.numbers(
      `matching of sample ${sample + 1}`,
      order.map((box) => found[box] ?? NaN),
      expected,
      {},
    );
    for (let box = 0; box < most; box++) {
      const target = targets[box];
      matching.push(found[box] ?? 0);
      mask.push(target ? 1 : 0);
      corners.push(...(target?.box ?? [0, 0, 0, 0]));
      maps.push(...Array.from({ length: slotCount }, (_, slot) => target?.tokenMap[slot] ?? 0));
    }
  }
  return {
    matching: tensor("int64", shape, matching),
    padded: {
      boxes: tensor("float32", [...shape, 4], corners),
      mask: tensor("float32", shape, mask),
      tokenMap: tensor("float32", [...shape, slotCount], maps),
    },
  };
}

function rows<Row extends readonly number[]>(matrix: Tensor): Row[] {
  const numbers = numbersOf(matrix);
  const width = matrix.shape.at(-1) ?? 1;
  return Array.from({ length: numbers.length / width }, (_, row) =>
    numbers.slice(row * width, (row + 1) * width),
  ) as unknown as Row[];
}
