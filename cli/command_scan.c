/* scan, as a table: for help in the program that has all other commands, and for the program that does it. */
#include "scan.h"

static const struct option scan_options[] = {
	{"sarif", NULL, "answer in SARIF 2.1.0", false},
	{"fail-on", "VERDICT", "review: end with 1 where a person should look", false},
	{"profile", "NAME", "judge pickles by these lists alone: plain, numpy, torch, sklearn, pandas, xgboost", true},
	{"allow", "MODULE.NAME", "what a pickle may import and call besides; stands in the report", true},
	{"jobs", "N", "threads; else one a processor", false},
	{"max-bytes", "N", "most bytes that come out of compressed files, each", false},
	{"max-seconds", "N", "most seconds, each file", false},
	{"rules", NULL, "list the rules", false},
	{"about", NULL, "say what is examined, the limits, and what the kernel keeps the scanner from", false},
	{"quiet", NULL, "no line for a file that passes, no progress", false},
};
const struct command command_scan = {
	.name = "scan", .arguments = "PATH…", .summary = "say whether model files are safe to load",
	.text = "Looks at files, folders and archives, or at standard input (-), by their contents and never by their names. Each file is PASS, REVIEW (a person should look), INCONCLUSIVE (it could not "
			"be judged), INVALID (readers may differ over what it is) or BLOCK (loading it can run code). Nothing is executed, fetched or unpacked to disk.\n"
			"It ends with 1 where something is BLOCK or INVALID, else with 3 where something is INCONCLUSIVE or could not be read, else with 0.",
	.example = "polder scan model/ --json", .options = scan_options, .options_n = lengthof(scan_options), .least = 0, .most = -1, .run = run_scan,
};
