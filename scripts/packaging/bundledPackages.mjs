/** Names of the npm packages that esbuild's metafiles say are in the bundles, in order. */
export function bundledPackages(metafiles) {
  const inputs = metafiles.flatMap(({ inputs: of }) => Object.keys(of));
  const names = inputs.flatMap((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []);
  return [...new Set(names)].sort();
}
