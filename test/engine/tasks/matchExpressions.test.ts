import { expect, test } from "vitest";
import { fromData, numbersOf, tensor } from "../../../src/core/graph/tensor";
import { normal, uniform } from "../../../src/core/nn/random";
import { type CenterBox, cornersOf, giou } from "../../../src/core/tasks/grounding/boxes";
import { matchExpressions } from "../../../src/engine/tasks/matchExpressions";
import { phraseTokens } from "../../../src/engine/tasks/phraseTokens";

const [BATCH, QUERIES, SLOTS, BOXES] = [3, 5, 6, 3];

const predictions = {
  logits: fromData("float32", [BATCH, QUERIES, SLOTS], normal({ seed: 1, stream: "logits" }, BATCH * QUERIES * SLOTS)),
  boxes: boxes("predicted", QUERIES),
};
const targets = {
  boxes: boxes("wanted", BOXES),
  tokenMap: tensor(
    "float32",
    [BATCH, BOXES, SLOTS],
    Array.from({ length: BATCH * BOXES * SLOTS }, (_, i) => ((i * 7) % 3 === 0 ? 1 : 0)),
  ),
};

function boxes(stream: string, count: number) {
  const shares = uniform({ seed: 2, stream }, BATCH * count * 4).map((value) => 0.2 + 0.3 * value);
  return fromData("float32", [BATCH, count, 4], Float32Array.from(shares));
}

/** Cost of one query for one box, as in the paper's matcher, written out. */
function cost(sample: number, query: number, box: number): number {
  const row = (data: Float32Array, width: number, at: number): number[] => [
    ...data.subarray(at * width, (at + 1) * width),
  ];
  const logits = row(predictions.logits.data, SLOTS, sample * QUERIES + query);
  const sum = logits.reduce((total, value) => total + Math.exp(value), 0);
  const map = row(targets.tokenMap.data, SLOTS, sample * BOXES + box);
  const found = row(predictions.boxes.data, 4, sample * QUERIES + query) as unknown as CenterBox;
  const wanted = row(targets.boxes.data, 4, sample * BOXES + box) as unknown as CenterBox;
  const token = logits.reduce((total, value, slot) => total + (map[slot]! * Math.exp(value)) / sum, 0);
  const distance = found.reduce((total, value, i) => total + Math.abs(value - wanted[i]!), 0);
  return -token + 5 * distance - 2 * giou(cornersOf(found), cornersOf(wanted));
}

function* choices(count: number): Generator<number[]> {
  if (count === 0) {
    yield [];
    return;
  }
  for (const before of choices(count - 1))
    for (let query = 0; query < QUERIES; query++) if (!before.includes(query)) yield [...before, query];
}

test("every sample is matched as trying all assignments would", () => {
  const matched = numbersOf(matchExpressions(predictions, targets));
  for (let sample = 0; sample < BATCH; sample++) {
    const total = (queries: readonly number[]): number =>
      queries.reduce((sum, query, box) => sum + cost(sample, query, box), 0);
    const all = [...choices(BOXES)].sort((a, b) => total(a) - total(b));
    expect(all).toHaveLength(5 * 4 * 3);
    expect(matched.slice(sample * BOXES, (sample + 1) * BOXES)).toEqual(all[0]);
  }
});

test("predictions that are no numbers are matched with any query, so that the loss can tell", () => {
  const broken = { ...predictions, logits: { ...predictions.logits, data: predictions.logits.data.slice().fill(NaN) } };
  expect(numbersOf(matchExpressions(broken, targets))).toEqual(Array<number>(BATCH * BOXES).fill(0));
});

test("the tokens of a phrase are found by its characters, of which some take two units", () => {
  const offsets = [undefined, [0, 3], [4, 5], [6, 9], [10, 14], undefined] as const;
  const tokenizer = { encodeWithOffsets: () => ({ ids: [], offsets }) };
  // In code points "red" is [6, 9): the picture before it counts once.
  const caption = "the 🦊 red dogs";
  const at = (phrase: string): [number, number] => [caption.indexOf(phrase), caption.indexOf(phrase) + phrase.length];
  expect(phraseTokens({ caption, spans: [at("red dogs")] }, tokenizer)).toEqual([3, 4]);
  expect(phraseTokens({ caption, spans: [at("🦊"), at("the")] }, tokenizer)).toEqual([1, 2]);
  expect(phraseTokens({ caption, spans: [at(" red ")] }, tokenizer)).toEqual([3]);
  expect(phraseTokens({ caption, spans: [[40, 44]] }, tokenizer)).toEqual([]);
});
