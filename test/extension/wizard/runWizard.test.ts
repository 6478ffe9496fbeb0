import { expect, test } from "vitest";
import { back, type Frame, runWizard, type Step } from "../../../src/extension/wizard/runWizard";

interface Answers {
  readonly kind?: string;
  readonly detail?: string;
  readonly name?: string;
}

/** Steps that answer from a script, and what they were asked with. */
function scripted(...replies: readonly (string | typeof back | undefined)[]) {
  const asked: (Frame & { readonly key: string; readonly answers: Answers })[] = [];
  const left = [...replies];
  const step = (key: keyof Answers, applies?: (answers: Answers) => boolean): Step<Answers> => ({
    ...(applies && { applies }),
    ask: (answers, frame) => {
      asked.push({ ...frame, key, answers });
      const reply = left.shift();
      return Promise.resolve(typeof reply === "string" ? { ...answers, [key]: reply } : reply);
    },
  });
  const steps = [step("kind"), step("detail", ({ kind }) => kind === "special"), step("name")];
  return { steps, asked, run: () => runWizard("Title", steps, {}) };
}

test("asks in order, leaving out what does not apply, with the right count", async () => {
  const { run, asked } = scripted("plain", "n");
  expect(await run()).toEqual({ kind: "plain", name: "n" });
  expect(asked.map(({ key, step, totalSteps }) => [key, step, totalSteps])).toEqual([
    ["kind", 1, 2],
    ["name", 2, 2],
  ]);
});

test("goes back to the question before, with the answers that there were then", async () => {
  const { run, asked } = scripted("special", "d", back, back, "plain", "n");
  expect(await run()).toEqual({ kind: "plain", name: "n" });
  expect(asked.map(({ key, answers }) => [key, answers])).toEqual([
    ["kind", {}],
    ["detail", { kind: "special" }],
    ["name", { kind: "special", detail: "d" }],
    ["detail", { kind: "special" }],
    ["kind", {}],
    ["name", { kind: "plain" }],
  ]);
});

test("ends without answers when the user gives up, or goes back from the first question", async () => {
  expect(await scripted("plain", undefined).run()).toBeUndefined();
  expect(await scripted(back).run()).toBeUndefined();
});
