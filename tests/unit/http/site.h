/* The site that the server's tests talk to. */
#pragma once
#include "test.h"

#include "http/server.h"

#include <pthread.h>

/* Starts it with this configuration, where listen, router, app and callbacks are filled in. Not 0: it did not start. */
int site_start(struct server_config config);
int site_stop(void); /* 0: stopped well */
void site_forget(void); /* all but the server, which the test stopped itself */
struct server *site_server(void);
int site_port(void);
const struct router *site_router(void);

void site_change(void);  /* the change sequence grows */
int site_runs(void);     /* of cacheable handlers */
unsigned site_checksum(struct str s);

/* Handlers of /wait stay until site_release; site_wait_for returns when n are inside. */
void site_wait_for(int n);
void site_release(void);

void site_log_clear(void);
/* The access log, when it has that many lines (waits for them). */
void site_log_copy(struct buf *out, int lines);
