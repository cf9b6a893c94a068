/* jansson's header beside ours: the names that both have are given to ours, and jansson's constants get a prefix.
 * Include this before json.h. The functions that are renamed here can't be called. */
#pragma once

#define json_type     jansson_type
#define JSON_OBJECT   JANSSON_OBJECT
#define JSON_ARRAY    JANSSON_ARRAY
#define JSON_STRING   JANSSON_STRING
#define JSON_INTEGER  JANSSON_INTEGER
#define JSON_REAL     JANSSON_REAL
#define JSON_TRUE     JANSSON_TRUE
#define JSON_FALSE    JANSSON_FALSE
#define JSON_NULL     JANSSON_NULL
#define json_copy     jansson_hidden_copy
#define json_equal    jansson_hidden_equal
#define json_integer  jansson_hidden_integer
#define json_null     jansson_hidden_null
#define json_real     jansson_hidden_real
#define json_string   jansson_hidden_string
#define json_true     jansson_hidden_true

#include <jansson.h>

#undef json_type
#undef JSON_OBJECT
#undef JSON_ARRAY
#undef JSON_STRING
#undef JSON_INTEGER
#undef JSON_REAL
#undef JSON_TRUE
#undef JSON_FALSE
#undef JSON_NULL
#undef json_copy
#undef json_equal
#undef json_integer
#undef json_null
#undef json_real
#undef json_string
#undef json_true
#undef json_is_integer
