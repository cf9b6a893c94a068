/* Fetching many small files from one place into a folder. */
#pragma once
#include "lib/json/json.h"

enum { SAVE_PATHS = 2000 };

/* {"url", "to", "paths": […], "max", "allow_http"?}: gets url + each path and writes what is answered with 200 to the folder `to` under the same path, whole or
 * not at all. Paths are relative, of ASCII letters, digits and -._/, without dot segments. → {"ok": true, "statuses": [200, 404, …]}; 0: no answer. */
const struct json *net_save_all(struct arena *a, const struct json *request);
/* main.c */
const struct json *refusal(struct arena *a, struct str words, long status);
const char *part_of_scheme(struct arena *a, const char *url);
bool is_loopback(struct arena *a, const char *url);
