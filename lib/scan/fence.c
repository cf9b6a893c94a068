#include "fence.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#ifndef __has_feature /* Clang's way to ask */
#define __has_feature(what) 0
#endif
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__ || __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

/* ---- Landlock ---- */

/* All that changes files, as far as this kernel's version of Landlock knows it (1: up to making; 2: linking; 3: cutting; 4: TCP; 5: devices). Reading is not taken away: links may lead anywhere. */
static bool no_changes(void) {
	struct {
		uint64_t files, net;
	} rules = {
		LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR |
			LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM,
		0,
	};
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	if (version < 1) return false;
	if (version >= 2) rules.files |= 1u << 13;
	if (version >= 3) rules.files |= 1u << 14;
	if (version >= 4) rules.net = 3; /* bind and connect */
	if (version >= 5) rules.files |= 1u << 15;
	autofd int fd = (int)syscall(SYS_landlock_create_ruleset, &rules, version >= 4 ? sizeof rules : sizeof rules.files, 0);
	return fd >= 0 && syscall(SYS_landlock_restrict_self, fd, 0) == 0;
}

/* ---- system calls ---- */

#if !SANITIZED && (defined __x86_64__ || defined __aarch64__)

#ifdef __x86_64__
#define MACHINE AUDIT_ARCH_X86_64
#else
#define MACHINE AUDIT_ARCH_AARCH64
#endif
#define LOW_HALF(i)  ((uint32_t)offsetof(struct seccomp_data, args[i])) /* both machines are little-endian */
#define LOAD(at)     BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (at))
#define ANSWER(with) BPF_STMT(BPF_RET | BPF_K, (with))
#define YES          SECCOMP_RET_ALLOW
#define NO(code)     (SECCOMP_RET_ERRNO | (code))
/* The next statement is for this call alone. */
#define ON(call)     BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(call), 0, 1)
#define MAY(call)    ON(call), ANSWER(YES)
/* Allowed when none of these bits stand in the argument; the call's number is given up for it, so what follows is an answer. */
#define MAY_WITHOUT(call, argument, bits) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(call), 0, 4), LOAD(LOW_HALF(argument)), BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (uint32_t)(bits), 0, 1), ANSWER(NO(EPERM)), ANSWER(YES)
/* Allowed on standard output and standard error. */
#define MAY_TELL(call) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(call), 0, 4), LOAD(LOW_HALF(0)), BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 3, 0, 1), ANSWER(NO(EPERM)), ANSWER(YES)

static const struct sock_filter filter[] = {
	LOAD((uint32_t)offsetof(struct seccomp_data, arch)), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MACHINE, 1, 0), ANSWER(NO(EPERM)), LOAD((uint32_t)offsetof(struct seccomp_data, nr)),
	/* reading */
	MAY(SYS_read), MAY(SYS_pread64), MAY(SYS_readv), MAY(SYS_lseek), MAY(SYS_close), MAY(SYS_fstat), MAY(SYS_newfstatat), MAY(SYS_statx), MAY(SYS_getdents64), MAY(SYS_readlinkat),
	MAY_WITHOUT(SYS_openat, 2, O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY)),
#ifdef __x86_64__
	MAY_WITHOUT(SYS_open, 1, O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY)), MAY(SYS_stat), MAY(SYS_lstat), MAY(SYS_readlink), MAY(SYS_poll),
#endif
	/* telling */
	MAY_TELL(SYS_write), MAY_TELL(SYS_writev), MAY_TELL(SYS_ioctl), MAY(SYS_ppoll),
	/* memory */
	MAY_WITHOUT(SYS_mmap, 2, PROT_EXEC), MAY_WITHOUT(SYS_mprotect, 2, PROT_EXEC), MAY(SYS_munmap), MAY(SYS_mremap), MAY(SYS_madvise), MAY(SYS_brk),
	/* threads, time, signals, the end */
	MAY(SYS_futex), MAY(SYS_clone), MAY(SYS_set_robust_list), MAY(SYS_rseq), MAY(SYS_sched_yield), MAY(SYS_sched_getaffinity), MAY(SYS_gettid), MAY(SYS_getpid), MAY(SYS_tgkill), MAY(SYS_membarrier),
	MAY(SYS_clock_gettime), MAY(SYS_gettimeofday), MAY(SYS_clock_nanosleep), MAY(SYS_nanosleep), MAY(SYS_restart_syscall), MAY(SYS_rt_sigaction), MAY(SYS_rt_sigprocmask), MAY(SYS_rt_sigreturn),
	MAY(SYS_sigaltstack), MAY(SYS_getrandom), MAY(SYS_sysinfo), MAY(SYS_uname), MAY(SYS_prctl), MAY(SYS_exit), MAY(SYS_exit_group),
	/* Libraries try the newer call first and take the older when it isn't there. */
	ON(SYS_clone3), ANSWER(NO(ENOSYS)), ON(SYS_faccessat2), ANSWER(NO(ENOSYS)),
	ANSWER(NO(EPERM)),
};

static bool no_other_calls(void) {
	/* The kernel takes the filter through a pointer that isn't const and leaves it as it is. */
	struct sock_filter copy[lengthof(filter)];
	memcpy(copy, filter, sizeof copy);
	struct sock_fprog program = {.len = lengthof(filter), .filter = copy};
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

#else
static bool no_other_calls(void) {
	return false;
}
#endif

struct fence fence_close(void) {
	struct fence f = {false, false};
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return f;
	f.landlock = no_changes();
	f.calls = no_other_calls();
	return f;
}
