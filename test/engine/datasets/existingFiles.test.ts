import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

import { existingFiles } from "../../../src/engine/datasets/files/existingFiles";
import { useDataFolder } from "../../support/dataFolder";

const folder = useDataFolder();

test("files and links to files exist, whether a folder is listed or asked; folders and broken links do not", async () => {
  const names = Array.from({ length: 40 }, (_, i) => `${i}.jpg`);
  folder.touch(...names.map((name) => `many/${name}`), "few/a.jpg", "many/folder.jpg/x");
  symlinkSync(join(folder.path, "few/a.jpg"), join(folder.path, "many/link.jpg"));
  symlinkSync(join(folder.path, "few/none.jpg"), join(folder.path, "many/broken.jpg"));
  const absent = [
    "many/gone.jpg",
    "many/broken.jpg",
    "many/folder.jpg",
    "few/b.jpg",
    "none/a.jpg",
    "many/0.jpg/x",
    "few/\0",
  ];
  const present = [...names.map((name) => `many/${name}`), "many/link.jpg", "few/a.jpg"];
  const existing = await existingFiles([...present, ...absent].map((name) => join(folder.path, name)));
  expect([...existing].sort()).toEqual(present.map((name) => join(folder.path, name)).sort());
});
