import type { MemoryLedger } from "../memoryLedger";
import type { Scene, Shape, Target, Tone } from "./scene";
import { label, line, rect, textWidth } from "./scene";

/** What the bars of the memory ledger are called, and how bytes are written. */
export interface LedgerTexts {
  readonly predicted: string;
  readonly measured: string;
  readonly idle: string;
  readonly aboveIdle: string;
  readonly whileTraining: string;
  readonly kind: (kind: string) => string;
  readonly bytes: (bytes: number) => string;
}

/** A part of a bar. */
export interface Segment {
  readonly name: string;
  readonly bytes: number;
  readonly tone: Tone;
}

const barHeight = 30;
const lineHeight = 20;
/** From the top of a bar's name to the bar, and from the end of its key to the next name. */
const [nameHeight, gap] = [22, 14];

/** Predicted memory by kind above what was measured while training, on one scale: the ledger for print. */
export function ledgerScene(ledger: MemoryLedger, width: number, texts: LedgerTexts): Scene {
  const bars = ledgerBars(ledger, texts).filter(({ segments }) => segments.length > 0);
  const total = ({ segments }: { segments: readonly Segment[] }): number =>
    segments.reduce((sum, { bytes }) => sum + bytes, 0);
  const longest = Math.max(...bars.map(total), 1);
  const room = width - 2 - Math.max(...bars.map((bar) => textWidth(texts.bytes(total(bar))) + 12), 0);
  const shapes: Shape[] = [];
  const targets: Target[] = [];
  let y = 0;
  bars.forEach((bar, row) => {
    shapes.push(label(bar.name, 1, y + 10, "start", "text"));
    y += nameHeight;
    let x = 1;
    bar.segments.forEach(({ name, bytes, tone }, column) => {
      const length = (bytes / longest) * room;
      shapes.push(rect(x, y, length, barHeight, tone, { "data-bar": "" }));
      if (length > 1.5) shapes.push(line(x + length, y, x + length, y + barHeight, "surface"));
      const text = `${bar.name}, ${name}: ${texts.bytes(bytes)}`;
      targets.push({ row, column, x, y, width: Math.max(length, 3), height: barHeight, text });
      x += length;
    });
    shapes.push(label(texts.bytes(total(bar)), x + 8, y + barHeight / 2, "start"));
    const names = key(bar.segments, y + barHeight + 14, width, texts);
    shapes.push(...names.shapes);
    y += barHeight + names.height + gap;
  });
  return { width, height: y, shapes, targets };
}

/** The two bars of the ledger: what was predicted by kind, and what was measured while training. */
export function ledgerBars(
  { predicted, measuredByPhase, idleBytes, peakBytes }: MemoryLedger,
  texts: LedgerTexts,
): readonly { readonly name: string; readonly segments: readonly Segment[] }[] {
  const kinds = (predicted?.kinds ?? []).map(({ kind, bytes }, i): Segment => {
    return { name: texts.kind(kind), bytes, tone: `series${i}` };
  });
  const training = measuredByPhase.find(({ phase }) => phase === "train")?.bytes ?? peakBytes;
  const measured: readonly Segment[] =
    training === undefined
      ? []
      : idleBytes === undefined
        ? [{ name: texts.whileTraining, bytes: training, tone: "measured" }]
        : [
            { name: texts.aboveIdle, bytes: Math.max(0, training - idleBytes), tone: "measured" },
            { name: texts.idle, bytes: idleBytes, tone: "idle" },
          ];
  return [
    { name: texts.predicted, segments: kinds },
    { name: texts.measured, segments: measured },
  ];
}

/** Names of the segments below their bar, in as many lines as they need. */
function key(
  segments: readonly Segment[],
  y: number,
  width: number,
  { bytes }: LedgerTexts,
): { readonly shapes: readonly Shape[]; readonly height: number } {
  let x = 1;
  let below = 0;
  const shapes = segments.flatMap(({ name, bytes: size, tone }) => {
    const text = `${name} ${bytes(size)}`;
    const length = 30 + textWidth(text);
    if (x > 1 && x + length > width) [x, below] = [1, below + lineHeight];
    const at = y + below;
    const start = x;
    x += length;
    return [rect(start, at - 5, 10, 10, tone, { "data-bar": "" }), label(text, start + 15, at, "start", "muted")];
  });
  return { shapes, height: below + lineHeight };
}
