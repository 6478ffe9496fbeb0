/**
 * esbuild plugin: leaves zod's error messages in fifty languages out (zod's main export names them all, so no bundler can tell
 * that they are unused). English, which zod falls back to, is imported elsewhere.
 */
export const leanZod = {
  name: "lean-zod",
  setup(build) {
    build.onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: 'export { default as en } from "./en.js";',
    }));
  },
};
