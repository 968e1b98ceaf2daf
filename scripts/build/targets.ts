/** A kind of machine that the program is built for. */
export interface Target {
  /** As release files are named. */
  readonly name: string;
  /** As `deno compile --target` and `Deno.build.target` have it. */
  readonly triple: string;
  /** The npm package with the Deno for it. */
  readonly denoPackage: string;
}

/** All kinds of machines that releases are built for. */
export const TARGETS: readonly Target[] = [
  { name: "linux-x64", triple: "x86_64-unknown-linux-gnu", denoPackage: "@deno/linux-x64-glibc" },
  { name: "linux-arm64", triple: "aarch64-unknown-linux-gnu", denoPackage: "@deno/linux-arm64-glibc" },
  { name: "macos-x64", triple: "x86_64-apple-darwin", denoPackage: "@deno/darwin-x64" },
  { name: "macos-arm64", triple: "aarch64-apple-darwin", denoPackage: "@deno/darwin-arm64" },
  { name: "windows-x64", triple: "x86_64-pc-windows-msvc", denoPackage: "@deno/win32-x64" },
];

/** Whether it is Linux: the only system with systemd and with the native path. */
export function isLinux({ name }: Target): boolean {
  return name.startsWith("linux-");
}

/** Whether it is Windows, which has no shell that a portable file could begin with. */
export function isWindows({ name }: Target): boolean {
  return name.startsWith("windows-");
}
