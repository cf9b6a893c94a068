/* `polder`: starts in the time of an empty program. It answers `version` itself and execs the program that has the command: linking a dozen
 * libraries costs 15 ms a start, which nobody should pay who doesn't use them. */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char version[] = "polder " POLDER_VERSION "\n";

/* Beside this program (as built), or in ../libexec/polder (as installed). */
static const char *const places[] = {"", "../libexec/polder/"};

/* The program that has the command. */
static const char *program_of(int argc, char **argv) {
	if (argc > 1 && strcmp(argv[1], "scan") == 0) return "polder-scan";
	if (argc > 1 && (strcmp(argv[1], "sign") == 0 || strcmp(argv[1], "verify-model") == 0)) return "polder-sign";
	return "polder-hub";
}

int main(int argc, char **argv) {
	bool asks = argc > 1 && (strcmp(argv[1], "version") == 0 || strcmp(argv[1], "--version") == 0);
	bool in_json = argc == 3 && strcmp(argv[2], "--json") == 0;
	static char name[] = "version";
	if (asks) argv[1] = name;
	if (asks && (argc == 2 || in_json)) {
		if (in_json) {
			static const char json[] = "{\"version\": \"" POLDER_VERSION "\"}\n";
			return write(STDOUT_FILENO, json, sizeof json - 1) < 0 ? 3 : 0;
		}
		return write(STDOUT_FILENO, version, sizeof version - 1) < 0 ? 3 : 0;
	}
	char self[PATH_MAX], path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	if (n < 0) n = 0;
	self[n] = 0;
	char *slash = strrchr(self, '/');
	if (slash) slash[1] = 0;
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		if ((size_t)snprintf(path, sizeof path, "%s%s%s", self, places[i], program_of(argc, argv)) >= sizeof path) continue;
		execv(path, argv);
		if (errno != ENOENT && errno != ENOTDIR) break;
	}
	fprintf(stderr, "polder: %s could not be started: %s\n", path, strerror(errno));
	return 3;
}
