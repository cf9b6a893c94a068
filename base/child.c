#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "buf.h"
#include "clock.h"

enum { TICK_MS = 100, ARGUMENTS = 500 };

struct running {
	pid_t pid;
	int to, from; /* its standard input and output; -1 closed */
};

static void close_one(int *fd) {
	if (*fd >= 0) close(*fd);
	*fd = -1;
}

static int spawn(const struct child *c, int in, int out, pid_t *pid) {
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	char *arguments[ARGUMENTS + 2] = {(char *)(uintptr_t)c->path};
	for (size_t i = 0; c->arguments && c->arguments[i]; i++) {
		if (i == ARGUMENTS) return E2BIG;
		arguments[i + 1] = (char *)(uintptr_t)c->arguments[i];
	}
	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&attributes);
	posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	int rc = posix_spawn(pid, c->path, &files, &attributes, arguments, environ);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attributes);
	return rc;
}

static enum err_code start(const struct child *c, struct running *r, struct err *e) {
	int in[2], out[2];
	/* A socket for its input, since writing to a pipe that nobody reads any more would end this process. */
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in) != 0) return err_errno(e, errno, "a socket");
	if (pipe2(out, O_CLOEXEC) != 0) {
		int before = errno;
		close(in[0]);
		close(in[1]);
		return err_errno(e, before, "a pipe");
	}
	int rc = spawn(c, in[0], out[1], &r->pid);
	close(in[0]);
	close(out[1]);
	r->to = in[1];
	r->from = out[0];
	if (rc) {
		close_one(&r->to);
		close_one(&r->from);
		const char *slash = strrchr(c->path, '/');
		err_set(e, ERR_UNSUPPORTED, "%s could not be started", slash ? slash + 1 : c->path);
		err_detail(e, "%s: %s", c->path, strerror(rc));
		return ERR_UNSUPPORTED;
	}
	fcntl(r->to, F_SETFL, O_NONBLOCK);
	fcntl(r->from, F_SETFL, O_NONBLOCK);
	return ERR_OK;
}

/* Feeds what is left and takes what has come. False when it is through. */
static bool exchange(struct running *r, struct str *rest, struct buf *answer) {
	struct pollfd fds[2] = {{r->from, POLLIN, 0}, {r->to, POLLOUT, 0}};
	if (poll(fds, r->to >= 0 ? 2 : 1, TICK_MS) < 0 && errno != EINTR) return false;
	if (r->to >= 0 && (fds[1].revents & (POLLOUT | POLLERR | POLLHUP))) {
		ssize_t n = rest->n ? send(r->to, rest->p, rest->n, MSG_NOSIGNAL) : 0;
		if (n > 0) *rest = str_from(*rest, (size_t)n);
		if (!rest->n || (n < 0 && errno != EAGAIN && errno != EINTR)) close_one(&r->to);
	}
	if (fds[0].revents & (POLLIN | POLLERR | POLLHUP)) {
		char bytes[65536];
		ssize_t n = read(r->from, bytes, sizeof bytes);
		if (n > 0) buf_add(answer, str_n(bytes, (size_t)n));
		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR) || answer->failed) return false;
	}
	return true;
}

static int wait_for(pid_t pid) {
	int status = 0;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

enum err_code child_run(struct arena *a, const struct child *c, struct child_ended *out, struct err *e) {
	struct running r;
	struct str rest = c->input;
	enum err_code code = start(c, &r, e);
	if (code) return code;
	autobuf struct buf answer = BUF(c->max);
	moment end = stopwatch() + c->milliseconds * (SECOND / 1000);
	bool late = false, stopped = false;
	while (!late && !stopped && exchange(&r, &rest, &answer)) {
		late = c->milliseconds && stopwatch() > end;
		stopped = c->cancelled && atomic_load(c->cancelled);
	}
	if (late || stopped || answer.failed) kill(r.pid, SIGKILL);
	close_one(&r.to);
	close_one(&r.from);
	int status = wait_for(r.pid);
	if (stopped) return err_set(e, ERR_CANCELLED, "stopped");
	if (late) return err_set(e, ERR_BUSY, "it took too long");
	if (answer.failed) return err_set(e, ERR_TOO_LARGE, "it said too much");
	*out = (struct child_ended){arena_str(a, buf_str(&answer)), status};
	return arena_failed(a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}

const char *child_beside(struct arena *a, const char *variable, const char *name) {
	const char *given = variable ? getenv(variable) : NULL;
	char self[PATH_MAX];
	if (given && given[0]) return given;
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	if (n < 0) return name;
	self[n] = 0;
	char *slash = strrchr(self, '/');
	if (slash) *slash = 0;
	return arena_fmt(a, "%s/%s", self, name).p;
}
