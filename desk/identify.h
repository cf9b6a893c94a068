/* Who asks: by the session's cookie or by a token of the API, and whether that is enough for the route.
 *
 * Pages take the cookie alone, the API an Authorization: Bearer token, or, for reading, the cookie too. Changes over the API by cookie
 * alone are refused, since nothing would prove that a page of this site sent them. */
#pragma once
#include "desk/app.h"

/* server_config.authorize and .check_csrf */
enum err_code desk_authorize(struct request *rq, struct response *rs, bool *done, struct err *e);
enum err_code desk_check_csrf(struct request *rq, struct err *e);

/* The cookie of a session: HttpOnly, SameSite=Lax, and Secure with the prefix __Host- where viewers come by https. */
void desk_set_session(struct request *rq, struct response *rs, struct str token);
void desk_forget_session(struct request *rq, struct response *rs);
/* For the hidden field "csrf" of every form; "" when nobody is signed in. */
struct str desk_csrf(struct request *rq);

/* The words for a permission, in OpenAPI and the matrix: "anyone", "signed in" … */
const char *desk_permission_words(int permission);
/* Whether somebody may use a route; u is NULL for the public. The matrix's expectation and authorize's rule in one. */
bool desk_permits(const struct desk_user *u, const struct route *route);
