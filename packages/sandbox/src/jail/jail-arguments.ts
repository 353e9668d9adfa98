import type { JailLimits } from "./jail-limits.ts";

/** User and group in the jail: `nobody`, which owns nothing. */
export const jailUser = 65534;

/** Descriptors of bubblewrap in addition to the standard ones. */
export const descriptors = { arguments: 3, seccomp: 4, status: 5, start: 6 } as const;

/** Where programs and their libraries are installed, below `/usr`. The rest of `/usr` is not included, because it often contains applications. */
const installed = ["bin", "sbin", "lib", "lib32", "lib64", "libexec", "share", "local/bin", "local/lib", "local/share"];

export interface JailView {
  readonly program: string;
  /** The file that the program's path leads to. */
  readonly target: string;
  /** Guest path → directory of the host, read-only. */
  readonly readable: Readonly<Record<string, string>>;
  /** For `bin`, `lib` and so on in the root: the target on the host if it is a link, null if it is a directory. */
  readonly rootLinks: Readonly<Record<string, string | null>>;
  readonly limits: JailLimits;
}

/**
 * Arguments of bubblewrap: separate namespaces of every kind, no capabilities, no further namespaces, an empty root with
 * installed programs, and a `/tmp` of limited size. The root and `/dev` are in memory too, so they are made read-only last.
 */
export function bubblewrapArguments({ program, target, readable, rootLinks, limits }: JailView): readonly string[] {
  const show = (from: string, to = from): readonly string[] => ["--ro-bind", from, to];
  const showIfThere = (path: string): readonly string[] => ["--ro-bind-try", path, path];
  const user = String(jailUser);
  const shown = [...installed.map((folder) => `/usr/${folder}`), ...Object.keys(rootLinks).map((name) => `/${name}`)];
  const isShown = (path: string): boolean => shown.some((folder) => path.startsWith(`${folder}/`));
  // A link in an installed folder may point outside all of them.
  const file = isShown(program) ? target : program;
  return [
    ["user", "ipc", "pid", "net", "uts", "cgroup"].map((namespace) => `--unshare-${namespace}`),
    ["--disable-userns", "--uid", user, "--gid", user, "--cap-drop", "ALL"],
    ["--hostname", "jail", "--new-session", "--die-with-parent", "--clearenv"],
    ["--setenv", "PATH", "/usr/local/bin:/usr/bin:/bin", "--setenv", "HOME", "/tmp", "--setenv", "LANG", "C.UTF-8"],
    installed.flatMap((folder) => showIfThere(`/usr/${folder}`)),
    Object.entries(rootLinks).flatMap(([name, target]) =>
      target === null ? show(`/${name}`) : ["--symlink", target, `/${name}`],
    ),
    ["/etc/alternatives", "/etc/ld.so.cache"].flatMap(showIfThere),
    ["--proc", "/proc", "--dev", "/dev"],
    ["--perms", "0700", "--size", String(limits.scratchMiB * 2 ** 20), "--tmpfs", "/tmp", "--chdir", "/tmp"],
    // No terminals, because the machine has a limited number for all users.
    ["--size", "4096", "--tmpfs", "/dev/pts", "--remount-ro", "/dev/pts"],
    isShown(file) ? [] : show(file),
    Object.entries(readable).flatMap(([to, from]) => show(from, to)),
    ["--remount-ro", "/dev", "--remount-ro", "/"],
    ["--seccomp", String(descriptors.seccomp), "--json-status-fd", String(descriptors.status)],
  ].flat();
}

/**
 * Arguments of prlimit. It runs inside the jail, so that processes are counted there and not among the user's others. Soft and
 * hard limits are the same; processor time is a second limit in addition to the host's clock.
 */
function limitArguments({ memoryMiB, processes, scratchMiB, wallMs }: JailLimits): readonly string[] {
  return [
    `--as=${memoryMiB * 2 ** 20}`,
    `--nproc=${processes}`,
    `--fsize=${scratchMiB * 2 ** 20}`,
    `--cpu=${Math.ceil(wallMs / 1000) + 1}`,
    "--nofile=128",
    "--core=0",
    "--memlock=0",
    "--msgqueue=0",
    // Also limits timers, which the kernel counts for the user on the host.
    "--sigpending=128",
  ];
}

/**
 * The command in the jail: limits first, then a shell that waits for the host's signal and becomes the program. It interprets no
 * argument of the program, and ends when the host ends.
 */
export function commandInJail({
  prlimit,
  program,
  args,
  limits,
}: {
  readonly prlimit: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly limits: JailLimits;
}): readonly string[] {
  const { start } = descriptors;
  const wait = `read -r go <&${start} && exec ${start}<&- && exec "$@"`;
  return [prlimit, ...limitArguments(limits), "--", "/bin/sh", "-c", wait, "jail", program, ...args];
}
