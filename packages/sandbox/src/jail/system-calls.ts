/** A supported processor architecture, as named by Node. */
export type Architecture = "x64" | "arm64";

/** `AUDIT_ARCH_*` of linux/audit.h: the kernel's identifiers of calling conventions. */
export const auditArchitecture: Readonly<Record<Architecture, number>> = { x64: 0xc000003e, arm64: 0xc00000b7 };

/** The newest system call in this table (Linux 5.17). Later calls do not exist in the jail. */
export const newestSystemCall = 450;

/** Numbers of the calls whose arguments the filter checks. */
export const examined = {
  clone: { x64: 56, arm64: 220 },
  clone3: { x64: 435, arm64: 435 },
  ioctl: { x64: 16, arm64: 29 },
  socket: { x64: 41, arm64: 198 },
} as const satisfies Readonly<Record<string, Readonly<Record<Architecture, number>>>>;

/**
 * Calls that no program in the jail needs, by subject: name → number on x64 and on arm64 (null where it does not exist there).
 * Numbers are those of asm/unistd_64.h and asm-generic/unistd.h.
 */
export const forbidden: Readonly<
  Record<string, Readonly<Record<string, readonly [x64: number, arm64: number | null]>>>
> = {
  "other processes": {
    ptrace: [101, 117],
    process_vm_readv: [310, 270],
    process_vm_writev: [311, 271],
    kcmp: [312, 272],
    pidfd_getfd: [438, 438],
    process_madvise: [440, 440],
    perf_event_open: [298, 241],
  },
  "keys of the kernel": { add_key: [248, 217], request_key: [249, 218], keyctl: [250, 219] },
  "the machine": {
    acct: [163, 89],
    bpf: [321, 280],
    create_module: [174, null],
    delete_module: [176, 106],
    finit_module: [313, 273],
    get_kernel_syms: [177, null],
    init_module: [175, 105],
    ioperm: [173, null],
    iopl: [172, null],
    kexec_file_load: [320, 294],
    kexec_load: [246, 104],
    lookup_dcookie: [212, 18],
    modify_ldt: [154, null],
    nfsservctl: [180, 42],
    personality: [135, 92],
    query_module: [178, null],
    quotactl: [179, 60],
    quotactl_fd: [443, 443],
    reboot: [169, 142],
    setdomainname: [171, 162],
    sethostname: [170, 161],
    swapoff: [168, 225],
    swapon: [167, 224],
    sysfs: [139, null],
    syslog: [103, 116],
    uselib: [134, null],
    ustat: [136, null],
    vhangup: [153, 58],
  },
  "its clock": {
    adjtimex: [159, 171],
    clock_adjtime: [305, 266],
    clock_settime: [227, 112],
    settimeofday: [164, 170],
  },
  "mounts and namespaces": {
    chroot: [161, 51],
    fanotify_init: [300, 262],
    fanotify_mark: [301, 263],
    fsconfig: [431, 431],
    fsmount: [432, 432],
    fsopen: [430, 430],
    fspick: [433, 433],
    mount: [165, 40],
    mount_setattr: [442, 442],
    move_mount: [429, 429],
    name_to_handle_at: [303, 264],
    open_by_handle_at: [304, 265],
    open_tree: [428, 428],
    pivot_root: [155, 41],
    setns: [308, 268],
    umount2: [166, 39],
    unshare: [272, 97],
  },
  "memory that no limit of a process counts": {
    socketpair: [53, 199],
    memfd_create: [319, 279],
    memfd_secret: [447, 447],
    mq_getsetattr: [245, 185],
    mq_notify: [244, 184],
    mq_open: [240, 180],
    mq_timedreceive: [243, 183],
    mq_timedsend: [242, 182],
    mq_unlink: [241, 181],
    msgctl: [71, 187],
    msgget: [68, 186],
    msgrcv: [70, 188],
    msgsnd: [69, 189],
    semctl: [66, 191],
    semget: [64, 190],
    semop: [65, 193],
    semtimedop: [220, 192],
    shmat: [30, 196],
    shmctl: [31, 195],
    shmdt: [67, 197],
    shmget: [29, 194],
  },
  "memory of the machine": {
    mbind: [237, 235],
    migrate_pages: [256, 238],
    mlock: [149, 228],
    mlock2: [325, 284],
    mlockall: [151, 230],
    move_pages: [279, 239],
    remap_file_pages: [216, 234],
    set_mempolicy: [238, 237],
    set_mempolicy_home_node: [450, 450],
    userfaultfd: [323, 282],
    vmsplice: [278, 75],
  },
  "what is counted for the user on the host": {
    inotify_add_watch: [254, 27],
    inotify_init: [253, null],
    inotify_init1: [294, 26],
  },
  "input and output beside the usual calls": {
    io_cancel: [210, 3],
    io_destroy: [207, 1],
    io_getevents: [208, 4],
    io_pgetevents: [333, 292],
    io_setup: [206, 0],
    io_submit: [209, 2],
    io_uring_enter: [426, 426],
    io_uring_register: [427, 427],
    io_uring_setup: [425, 425],
  },
};
