import { expect, test } from "vitest";
import { escapeMarkdown, markdownTable } from "../../../src/core/views/markdown";
import { redact } from "../../../src/core/views/redact";

const places = { folders: ["/home/ada/work/pets", "C:\\Users\\Ada\\pets"], home: "/home/ada" };

test.each([
  ["/home/ada/work/pets/runs/a.b.seed0 stopped", "<workspace>/runs/a.b.seed0 stopped"],
  ["cannot read /home/ada/models/clip.onnx: gone", "cannot read …/clip.onnx: gone"],
  ["in ~/x", "in …/x"],
  ["/usr/lib/ada/node", "…/node"],
  ["C:\\Users\\Ada\\pets\\runs\\x and D:\\data\\y.onnx", "<workspace>\\runs\\x and …\\y.onnx"],
  ["rSum 410.2 i/t 3/4 https://example.org/a/b", "rSum 410.2 i/t 3/4 https://example.org/a/b"],
])("%j", (text, expected) => {
  expect(redact(text, places)).toBe(expected);
});

test("a Markdown table shows its texts as they are", () => {
  expect(markdownTable(["a", "b"], [["x|y", "*\n1"]])).toBe("| a | b |\n| --- | --- |\n| x\\|y | \\* 1 |");
  expect(escapeMarkdown("<b>[link](x)</b>")).toBe("\\<b\\>\\[link\\](x)\\</b\\>");
});
