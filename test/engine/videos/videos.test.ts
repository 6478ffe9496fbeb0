import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FramesConfig } from "../../../src/core/datasets/framesConfig";
import { PreprocessingConfig } from "../../../src/core/datasets/preprocessing";
import type { RgbImage } from "../../../src/engine/images/decodeImage";
import { decodeFrames } from "../../../src/engine/videos/decodeFrames";
import { findFfmpeg, installation } from "../../../src/engine/videos/findFfmpeg";
import { loadVideoInto } from "../../../src/engine/videos/loadVideo";
import { runMedia } from "../../../src/engine/videos/mediaProcess";
import { PpmReader } from "../../../src/engine/videos/ppmReader";
import { probeVideo } from "../../../src/engine/videos/probeVideo";
import { hasFfmpeg, makeNumberedVideo, makeVideo } from "../../support/ffmpeg";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "videos-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const numberOf = ({ pixels }: RgbImage): number => (pixels[0] ?? 0) + 256 * (pixels[1] ?? 0);

async function framesOf(path: string, indices: readonly number[]): Promise<RgbImage[]> {
  const frames: RgbImage[] = [];
  for await (const frame of decodeFrames(path, indices)) frames.push(frame);
  return frames;
}

describe.skipIf(!hasFfmpeg)("videos", () => {
  test("gives the frames that were asked for, whole and in order", async () => {
    const path = makeNumberedVideo(join(folder, "numbered.mkv"), 300, 25);
    expect(await probeVideo(path)).toEqual({ framesPerSecond: 25, frameCount: 300 });
    const frames = await framesOf(path, [0, 1, 37, 255, 256, 299]);
    expect(frames.map(numberOf)).toEqual([0, 1, 37, 255, 256, 299]);
    expect(frames.map(({ width, height, pixels }) => [width, height, pixels.length])).toEqual(
      Array.from({ length: 6 }, () => [8, 6, 144]),
    );
    // Beyond the end there is none.
    expect((await framesOf(path, [298, 400])).map(numberOf)).toEqual([298]);
  });

  test("writes sampled frames and leaves the rest 0", async () => {
    const path = makeNumberedVideo(join(folder, "short.mkv"), 60, 20);
    const preprocessing = PreprocessingConfig.parse({ size: [6, 8], scale: 1 });
    const target = new Float32Array(6 * 144).fill(-1);
    const filled = await loadVideoInto(path, { frames: FramesConfig.parse({ count: 4 }), preprocessing }, target, 144);
    expect(filled).toBe(3);
    const reds = Array.from({ length: 6 }, (_, frame) => target[frame * 144]);
    expect(reds).toEqual([-1, 0, 20, 40, 0, -1]);
    expect(target.subarray(4 * 144, 5 * 144).every((value) => value === 0)).toBe(true);
  });

  test("of a file that is cut off, takes the grid of what can be decoded", async () => {
    const whole = makeVideo(join(folder, "whole.ts"), "testsrc=size=64x48:rate=10:duration=20", "-c:v", "mpeg2video");
    const cut = join(folder, "cut.ts");
    writeFileSync(cut, readFileSync(whole).subarray(0, 60_000));
    const { frameCount } = await probeVideo(cut);
    expect(frameCount).toBeLessThan(200);
    const preprocessing = PreprocessingConfig.parse({ size: [4, 4] });
    const target = new Float32Array(4 * 48);
    expect(await loadVideoInto(cut, { frames: FramesConfig.parse({ count: 4 }), preprocessing }, target, 0)).toBe(4);
  });

  test("takes the path of a file for nothing else", async () => {
    const plain = makeNumberedVideo(join(folder, "plain.mkv"), 20, 10);
    for (const name of ["-y.mkv", "http:evil.mkv", "concat:a|b.mkv", "a %03d 'q'.mkv", "%.mkv"]) {
      copyFileSync(plain, join(folder, name));
      expect((await framesOf(join(folder, name), [3])).map(numberOf)).toEqual([3]);
    }
  });

  test("asks neither the network nor files that a video names", async () => {
    const asked: (string | undefined)[] = [];
    const server = createServer(({ url }, reply) => {
      asked.push(url);
      reply.end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const playlist = (name: string, entry: string): string => {
      const text = `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n${entry}\n#EXT-X-ENDLIST\n`;
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const secret = makeNumberedVideo(join(folder, "secret.mkv"), 10, 10);
    writeFileSync(join(folder, "list.mp4"), `ffconcat version 1.0\nfile '${secret}'\n`);
    for (const path of [
      playlist("remote.mp4", `http://127.0.0.1:${port}/clip.ts`),
      playlist("local.mp4", secret),
      join(folder, "list.mp4"),
    ]) {
      await expect(probeVideo(path)).rejects.toThrow(/cannot be decoded \(.*\); replace the file/);
      await expect(framesOf(path, [0])).rejects.toThrow(/cannot be decoded/);
    }
    server.close();
    expect(asked).toEqual([]);
  });

  test("names a file that is no video, one without pictures, and one that is missing", async () => {
    writeFileSync(join(folder, "text.mp4"), "no video");
    await expect(probeVideo(join(folder, "text.mp4"))).rejects.toThrow(
      /text\.mp4" cannot be decoded \(Invalid data found when processing input\)/,
    );
    const sound = makeVideo(join(folder, "sound.mkv"), "sine=duration=1", "-c:a", "pcm_s16le");
    await expect(probeVideo(sound)).rejects.toThrow(/sound\.mkv" has no pictures/);
    await expect(probeVideo(join(folder, "none.mp4"))).rejects.toThrow(/none\.mp4" cannot be decoded \(No such file/);
  });

  test("ends the program when the caller is cancelled or stops reading", async () => {
    const { ffmpeg } = await findFfmpeg();
    const endless = ["-v", "error", "-f", "lavfi", "-i", "testsrc=size=64x48", "-f", "rawvideo", "pipe:1"];
    const controller = new AbortController();
    const reading = async (): Promise<void> => {
      for await (const piece of runMedia(ffmpeg, endless, "endless", { signal: controller.signal }))
        if (piece.length > 0) controller.abort();
    };
    await expect(reading()).rejects.toThrow(/aborted/);
    for await (const piece of runMedia(ffmpeg, endless, "endless")) {
      expect(piece.length).toBeGreaterThan(0);
      break;
    }
  });

  test("ends a program that gives nothing", async () => {
    const silent = async (): Promise<void> => {
      const wait = ["-e", "process.stdin.resume(); setInterval(() => {}, 1000)"];
      for await (const piece of runMedia(process.execPath, wait, "a.mp4", { silenceMs: 50 }))
        expect(piece).toBeUndefined();
    };
    await expect(silent()).rejects.toThrow(/"a\.mp4" cannot be read: nothing was decoded for 0\.05 seconds/);
  });

  test("finds ffmpeg on PATH, or where the environment says, and never in a relative folder", async () => {
    const { ffmpeg, ffprobe } = await findFfmpeg({
      PATH: process.env["PATH"],
      UNIPT_FFMPEG: process.env["UNIPT_FFMPEG"],
    });
    const place = join(folder, "programs");
    mkdirSync(place);
    symlinkSync(ffmpeg, join(place, "ffmpeg"));
    symlinkSync(ffprobe, join(place, "ffprobe"));
    const found = { ffmpeg: join(place, "ffmpeg"), ffprobe: join(place, "ffprobe") };
    expect(await findFfmpeg({ PATH: ["relative", place].join(delimiter) })).toEqual(found);
    expect(await findFfmpeg({ UNIPT_FFMPEG: place })).toEqual(found);
    expect(await findFfmpeg({ UNIPT_FFMPEG: found.ffmpeg })).toEqual(found);
  });
});

test("says how to get ffmpeg where it is missing", async () => {
  await expect(findFfmpeg({ PATH: folder })).rejects.toThrow(
    /ffmpeg, which is not on PATH; install it \(.+\), or set UNIPT_FFMPEG/,
  );
  await expect(findFfmpeg({ UNIPT_FFMPEG: join(folder, "none") })).rejects.toThrow(
    /UNIPT_FFMPEG is ".*none", where there is no ffmpeg/,
  );
  await expect(findFfmpeg({ UNIPT_FFMPEG: "ffmpeg" })).rejects.toThrow(/give the absolute path/);
  expect(installation("darwin")).toContain("brew");
  expect(installation("win32")).toContain("winget");
  expect(installation("linux")).toContain("apt");
});

describe("PpmReader", () => {
  const picture = (width: number, height: number, first: number): Buffer =>
    Buffer.concat([
      Buffer.from(`P6\n${width} ${height}\n255\n`),
      Buffer.from(Array.from({ length: width * height * 3 }, (_, at) => (first + at) % 256)),
    ]);

  test.each([1, 2, 5, 11, 64, 1000])("puts pictures of any size together from pieces of %i bytes", (size) => {
    const stream = Buffer.concat([picture(3, 2, 10), picture(40, 1, 32), picture(1, 1, 0)]);
    const reader = new PpmReader();
    const images: RgbImage[] = [];
    for (let start = 0; start < stream.length; start += size)
      images.push(...reader.add(stream.subarray(start, start + size)));
    expect(images.map(({ width, height }) => [width, height])).toEqual([
      [3, 2],
      [40, 1],
      [1, 1],
    ]);
    expect(images.map(({ pixels }) => pixels[0])).toEqual([10, 32, 0]);
    expect(images[1]?.pixels.at(-1)).toBe((32 + 119) % 256);
  });

  test("refuses what is no picture, or larger than any", () => {
    expect(() => [...new PpmReader().add(Buffer.alloc(100, "x"))]).toThrow(/no sequence of PPM pictures/);
    expect(() => [...new PpmReader().add(Buffer.from("P6\n99999 99999\n255\n"))]).toThrow(/too large/);
  });
});
