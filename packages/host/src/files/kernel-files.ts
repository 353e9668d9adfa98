import { statfsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { dirname } from "node:path";

/** Types of file systems that expose the kernel: https://man7.org/linux/man-pages/man2/statfs.2.html */
const kernelFileSystems: ReadonlySet<number> = new Set([
  0x9fa0, // proc
  0x62656572, // sysfs
  0x64626720, // debugfs
  0x74726163, // tracefs
  0x62656570, // configfs
  0x73636673, // securityfs
  0x27e0eb, // cgroup
  0x63677270, // cgroup2
  0xcafe4a11, // bpf
  0xde5e81e4, // efivarfs
  0x6165676c, // pstore
  0xf97cff8c, // selinux
  0x43415d53, // smack
]);
const hasThem = process.platform === "linux";

/**
 * Whether a path is in a file system of the kernel, wherever it is mounted. For a missing file, its nearest directory is checked.
 */
export async function isOfKernel(path: string): Promise<boolean> {
  if (!hasThem) return false;
  for (let at = path; ; at = dirname(at)) {
    const found = await statfs(at).catch(() => undefined); // missing: its parent may exist
    if (found !== undefined || at === dirname(at)) return kernelFileSystems.has(found?.type ?? 0);
  }
}

/** The same synchronously, for an existing path. */
export function isOfKernelSync(path: string): boolean {
  return hasThem && kernelFileSystems.has(statfsSync(path).type);
}
