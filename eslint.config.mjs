import eslint from "@eslint/js";
import tseslint from "typescript-eslint";

/** Forbids imports of a layer: the folder tree is the architecture (README, "Architecture"). */
const layer = (files, ...patterns) => ({
  files,
  rules: { "no-restricted-imports": ["error", { patterns: [...patterns.map((group) => ({ group: [group] }))] }] },
});

const native = ["onnxruntime-*", "sharp", "@tensorflow/*"];

export default tseslint.config(
  { ignores: [".cache/**", "dist/**", "out/**", "coverage/**", "**/node_modules/**", "runs/**"] },
  eslint.configs.recommended,
  ...tseslint.configs.strictTypeChecked.map((config) => ({ ...config, files: ["**/*.ts"] })),
  {
    files: ["**/*.ts"],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "max-lines": ["error", { max: 500, skipBlankLines: true, skipComments: true }],
      eqeqeq: "error",
    },
  },
  {
    files: ["**/*.mjs"],
    languageOptions: {
      globals: Object.fromEntries(
        ["process", "console", "URL", "URLSearchParams", "setTimeout", "clearTimeout"].map((name) => [
          name,
          "readonly",
        ]),
      ),
    },
  },
  {
    files: ["test/workbench/exthost/*.cjs", "scripts/packaging/*.cjs"],
    languageOptions: {
      sourceType: "commonjs",
      globals: Object.fromEntries(
        [
          "process",
          "console",
          "Buffer",
          "performance",
          "__filename",
          "__dirname",
          "setTimeout",
          "suite",
          "suiteSetup",
          "suiteTeardown",
          "test",
        ].map((name) => [name, "readonly"]),
      ),
    },
  },
  { files: ["test/**/*.ts"], rules: { "@typescript-eslint/no-non-null-assertion": "off" } },
  layer(
    ["src/core/**"],
    "vscode",
    "node:*",
    ...native,
    "**/store/**",
    "**/engine/**",
    "**/jobs/**",
    "**/cli/**",
    "**/extension/**",
    "**/protocol/**",
  ),
  layer(
    ["src/store/**"],
    "vscode",
    ...native,
    "**/engine/**",
    "**/jobs/**",
    "**/cli/**",
    "**/extension/**",
    "**/protocol/**",
  ),
  layer(
    ["src/protocol/**"],
    "vscode",
    "node:*",
    ...native,
    "**/store/**",
    "**/engine/**",
    "**/jobs/**",
    "**/cli/**",
    "**/extension/**",
  ),
  layer(["src/engine/**"], "vscode", "**/jobs/**", "**/cli/**", "**/extension/**"),
  layer(["src/jobs/**"], "vscode", ...native, "**/engine/**", "**/cli/**", "**/extension/**"),
  layer(["src/cli/**"], "vscode", ...native, "**/extension/**"),
  layer(["src/extension/**"], ...native, "**/engine/**", "**/cli/**"),
  layer(["webview/**"], "vscode", "node:*", ...native, "**/engine/**", "**/store/**", "**/cli/**", "**/extension/**"),
);
