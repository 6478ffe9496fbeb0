import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type * as vscode from "vscode";
import { LivePage, type LivePageOptions } from "../../../src/extension/panels/livePage";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A panel of the editor, as far as a page needs one. */
class FakePanel {
  readonly sent: unknown[] = [];
  readonly #listeners = {
    view: new Set<() => void>(),
    message: new Set<(m: unknown) => void>(),
    end: [] as (() => void)[],
  };
  isVisible = true;
  isGone = false;

  get panel(): vscode.WebviewPanel {
    const { view, message, end } = this.#listeners;
    const isVisible = (): boolean => {
      if (this.isGone) throw new Error("Webview is disposed");
      return this.isVisible;
    };
    const on =
      <T>(set: Set<T>) =>
      (listener: T) => {
        set.add(listener);
        return { dispose: () => set.delete(listener) };
      };
    return {
      get visible() {
        return isVisible();
      },
      onDidChangeViewState: on(view),
      onDidDispose: (listener: () => void) => end.push(listener),
      webview: { onDidReceiveMessage: on(message), postMessage: (sent: unknown) => this.sent.push(sent) },
    } as unknown as vscode.WebviewPanel;
  }

  say(message: unknown): void {
    for (const listener of this.#listeners.message) listener(message);
  }

  show(isVisible: boolean): void {
    this.isVisible = isVisible;
    for (const listener of this.#listeners.view) listener();
  }

  close(): void {
    this.isGone = true;
    for (const listener of this.#listeners.end) listener();
  }

  get listenerCount(): number {
    return this.#listeners.view.size + this.#listeners.message.size;
  }
}

function open(options: Partial<LivePageOptions> = {}) {
  const fake = new FakePanel();
  const looks: boolean[] = [];
  const page = new LivePage(fake.panel, {
    messageIntervalMs: 100,
    lookIntervalMs: 150,
    look: (isFirst) => {
      looks.push(isFirst);
      return Promise.resolve(1_000);
    },
    message: (isWhole) => (isWhole ? "whole" : "changes"),
    act: () => undefined,
    other: () => undefined,
    ...options,
  });
  return { fake, page, looks };
}

describe("the page of a panel", () => {
  test("is told everything once it is ready, then what changed, at most every interval", async () => {
    const { fake, page } = open();
    page.askToSend();
    await vi.advanceTimersByTimeAsync(500);
    expect(fake.sent).toEqual([]);
    fake.say({ kind: "ready" });
    for (let i = 0; i < 49; i++) {
      page.askToSend();
      await vi.advanceTimersByTimeAsync(4);
    }
    expect(fake.sent).toEqual(["whole", "changes"]);
  });

  test("is told everything when there is something to tell, if there was nothing when it was ready", async () => {
    const known: string[] = [];
    const { fake, page } = open({ message: (isWhole) => (isWhole ? known[0] : "changes") });
    fake.say({ kind: "ready" });
    await vi.advanceTimersByTimeAsync(200);
    expect(fake.sent).toEqual([]);
    known.push("whole");
    page.askToSend();
    await vi.advanceTimersByTimeAsync(200);
    expect(fake.sent).toEqual(["whole"]);
  });

  test("is looked after while it is to be seen, and not while it is hidden", async () => {
    const { fake, page, looks } = open();
    fake.say({ kind: "ready" });
    await vi.advanceTimersByTimeAsync(3_100);
    expect(looks).toEqual([true, false, false, false]);
    fake.show(false);
    page.askToLook();
    page.askToSend();
    page.post("answer");
    const sent = fake.sent.length;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(looks).toHaveLength(4);
    expect(fake.sent).toHaveLength(sent);
    fake.show(true);
    fake.say({ kind: "ready" });
    await vi.advanceTimersByTimeAsync(100);
    expect(looks.at(4)).toBe(true);
    expect(fake.sent.at(-1)).toBe("whole");
  });

  test("that is loaded again knows nothing until it is ready", async () => {
    const { fake, page } = open();
    fake.say({ kind: "ready" });
    await vi.advanceTimersByTimeAsync(10);
    page.load(() => undefined);
    page.post("answer");
    page.askToSend();
    await vi.advanceTimersByTimeAsync(200);
    expect(fake.sent).toEqual(["whole"]);
    fake.say({ kind: "ready" });
    await vi.advanceTimersByTimeAsync(200);
    expect(fake.sent).toEqual(["whole", "whole"]);
  });

  test("tells intents from other messages", () => {
    const act = vi.fn();
    const other = vi.fn();
    const { fake } = open({ act, other });
    fake.say({ kind: "openPanel", panel: "layerLens" });
    fake.say({ kind: "searchText" });
    fake.say(null);
    expect(act.mock.calls).toEqual([[{ kind: "openPanel", panel: "layerLens" }]]);
    expect(other.mock.calls).toEqual([[{ kind: "searchText" }], [null]]);
  });

  test("leaves nothing behind when it is closed in the middle of a look", async () => {
    let finish = (): void => undefined;
    const { fake, page, looks } = open({
      look: () => new Promise((resolve) => (finish = () => resolve(10))),
    });
    fake.say({ kind: "ready" });
    fake.close();
    finish();
    page.askToLook();
    page.askToSend();
    page.load(() => expect.fail("A panel that is gone cannot be filled."));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(page.isVisible).toBe(false);
    expect(looks).toEqual([]);
    expect(fake.listenerCount).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});
