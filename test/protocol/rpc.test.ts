import { describe, expect, test } from "vitest";
import { UserError } from "../../src/core/errors";
import { CallTimeout, type Channel, ChannelClosed, connect, type Nothing, type Peer } from "../../src/protocol/rpc";

interface MathCalls {
  readonly [name: string]: (request: never) => unknown;
  double(request: { value: number }): number;
  fail(request: { as: "user" | "bug" }): void;
  never(request: Record<string, never>): void;
}

/** Two channels joined back to back; messages pass through JSON, as between processes. */
function pipe(): { left: Channel; right: Channel; close: (reason: string) => void } {
  const messages: [((m: unknown) => void)[], ((m: unknown) => void)[]] = [[], []];
  const closing: ((reason: string) => void)[] = [];
  const end = (own: 0 | 1): Channel => ({
    send: (message) => {
      const copy: unknown = JSON.parse(JSON.stringify(message));
      queueMicrotask(() => messages[own === 0 ? 1 : 0].forEach((listener) => listener(copy)));
    },
    onMessage: (listener) => messages[own].push(listener),
    onClose: (listener) => closing.push(listener),
  });
  return { left: end(0), right: end(1), close: (reason) => closing.forEach((listener) => listener(reason)) };
}

function mathPair(): {
  call: Peer<MathCalls, Nothing>["call"];
  close: (reason: string) => void;
} {
  const { left, right, close } = pipe();
  connect<Nothing, Nothing, { tick: number }>(right, {
    double: ({ value }: { value: number }) => value * 2,
    fail: ({ as }: { as: "user" | "bug" }) => {
      if (as === "user") throw new UserError("File a.csv has no column image.");
      throw new TypeError("undefined is not a function", { cause: new Error("inner") });
    },
    never: () => new Promise(() => undefined),
  });
  const peer = connect<MathCalls, { tick: number }>(left, {});
  return { call: peer.call, close };
}

describe("rpc", () => {
  test("answers a call with the handler's value", async () => {
    const { call } = mathPair();
    expect(await Promise.all([call("double", { value: 2 }), call("double", { value: 21 })])).toEqual([4, 42]);
  });

  test("keeps a user error a user error", async () => {
    const { call } = mathPair();
    await expect(call("fail", { as: "user" })).rejects.toThrow(new UserError("File a.csv has no column image."));
  });

  test("keeps the stack and the cause of a bug", async () => {
    const { call } = mathPair();
    const error = await call("fail", { as: "bug" }).catch((thrown: unknown) => thrown as Error);
    expect(error).not.toBeInstanceOf(UserError);
    expect((error as Error).stack).toContain("rpc.test.ts");
    expect((error as Error).stack).toContain("Caused by: Error: inner");
  });

  test("rejects a call that nobody offers, also one named after a built-in", async () => {
    const { call } = mathPair();
    await expect(call("toString", {})).rejects.toThrow('No call is named "toString".');
  });

  test("rejects pending and later calls when the channel closes", async () => {
    const { call, close } = mathPair();
    const pending = call("never", {});
    close("The worker was killed (SIGKILL).");
    await expect(pending).rejects.toThrow(new ChannelClosed("The worker was killed (SIGKILL)."));
    await expect(call("double", { value: 1 })).rejects.toThrow("The worker was killed (SIGKILL).");
  });

  test("rejects a call that is not answered in time", async () => {
    const { call } = mathPair();
    await expect(call("never", {}, { timeoutMs: 1 })).rejects.toBeInstanceOf(CallTimeout);
  });

  test("delivers events to their listener in order and ignores foreign messages", async () => {
    const { left, right } = pipe();
    const heard: number[] = [];
    connect<Nothing, { tick: number }>(left, {}, { tick: (count) => heard.push(count) });
    const { emit } = connect<Nothing, Nothing, { tick: number }>(right, {});
    right.send({ hello: "world" });
    right.send(null);
    right.send({ kind: "reply", id: 99 });
    right.send({ kind: "event", name: "constructor", payload: 1 });
    emit("tick", 1);
    emit("tick", 2);
    await Promise.resolve();
    expect(heard).toEqual([1, 2]);
  });
});
