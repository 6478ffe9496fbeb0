import { describe, expect, test } from "vitest";
import { formatBytes, formatCount, formatDuration, formatSpread, plural } from "../../src/cli/format";
import { renderTable } from "../../src/cli/table";
import { LiveOutput, progressBar } from "../../src/cli/terminal";

function record(isTTY: boolean): { text: () => string; isTTY: boolean; columns: number; write(text: string): void } {
  let written = "";
  return { text: () => written, isTTY, columns: 20, write: (text) => void (written += text) };
}

describe("format", () => {
  test("bytes, durations, counts", () => {
    expect([0, 1023, 1536, 150 * 1024 ** 2, 3 * 1024 ** 3].map(formatBytes)).toEqual([
      "0 B",
      "1023 B",
      "1.5 KiB",
      "150 MiB",
      "3.0 GiB",
    ]);
    expect([0.04, 9.94, 59.7, 75.2, 3700, NaN].map(formatDuration)).toEqual([
      "0.0 s",
      "9.9 s",
      "1 min 0 s",
      "1 min 15 s",
      "1 h 1 min",
      "?",
    ]);
    expect(formatCount(200593)).toBe("200,593");
    expect([plural(1, "run"), plural(12, "run")]).toEqual(["1 run", "12 runs"]);
    expect([formatSpread(1.25, 0.5), formatSpread(1.25, undefined, 2)]).toEqual(["1.3 ± 0.5", "1.25"]);
  });

  test("a table aligns numbers to the right", () => {
    expect(
      renderTable(
        ["name", "rSum"],
        [
          ["unipt", "312.5"],
          ["linear-probe", "9.0"],
        ],
      ),
    ).toBe(["name           rSum", "────────────  ─────", "unipt         312.5", "linear-probe    9.0"].join("\n"));
  });
});

describe("LiveOutput", () => {
  test("prints only finished lines where there is no terminal", () => {
    const output = record(false);
    const live = new LiveOutput(output);
    live.show(["10 %"]);
    live.print("epoch 1");
    live.finish();
    expect(output.text()).toBe("epoch 1\n");
  });

  test("keeps live lines below finished ones, cut to the width of the terminal", () => {
    const output = record(true);
    let nowMs = 0;
    const live = new LiveOutput(output, () => nowMs);
    live.show(["a", "this line is longer than the terminal"]);
    live.show(["dropped: too soon after the last"]);
    expect(output.text()).toBe("a\nthis line is longer\n");
    live.print("done");
    expect(output.text().slice(22)).toBe("\x1b[2A\r\x1b[Jdone\ndropped: too soon a\n");
    nowMs = 1000;
    live.finish();
    expect(output.text().endsWith("\x1b[1A\r\x1b[J")).toBe(true);
  });

  test("a bar is full at 1 and never overflows", () => {
    expect([0, 0.5, 1, 7].map((fraction) => progressBar(fraction, 4))).toEqual(["╌╌╌╌", "━━╌╌", "━━━━", "━━━━"]);
  });
});
