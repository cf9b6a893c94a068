/* The formats that are examined. Each parser takes a reader at the start of a file, adds the bytes whose meaning it judged or whose type
 * and length it knows to the tally, and says what it finds; what it leaves out is unaccounted, and examine() says so.
 *
 * A parser marked whole is given all bytes in memory (reader_window is the file). */
#pragma once
#include "inside.h"

void parse_zip(struct scan *s, struct reader *r, struct tally *t);         /* whole */
void parse_safetensors(struct scan *s, struct reader *r, struct tally *t);
void parse_npy(struct scan *s, struct reader *r, struct tally *t);
void parse_gguf(struct scan *s, struct reader *r, struct tally *t);
void parse_hdf5(struct scan *s, struct reader *r, struct tally *t);        /* whole */
void parse_onnx(struct scan *s, struct reader *r, struct tally *t);        /* whole */
void parse_saved_model(struct scan *s, struct reader *r, struct tally *t); /* whole */
void parse_tensorflow_graph(struct scan *s, struct reader *r, struct tally *t); /* whole */
void parse_coreml(struct scan *s, struct reader *r, struct tally *t);      /* whole */
void parse_tflite(struct scan *s, struct reader *r, struct tally *t);      /* whole */
void parse_rds(struct scan *s, struct reader *r, struct tally *t);
void parse_7z(struct scan *s, struct reader *r, struct tally *t);          /* whole */
void parse_picture(struct scan *s, struct reader *r, struct tally *t);
void parse_sentencepiece(struct scan *s, struct reader *r, struct tally *t); /* whole */
void parse_keras_metadata(struct scan *s, struct reader *r, struct tally *t); /* whole */
void parse_coreml_weights(struct scan *s, struct reader *r, struct tally *t);
void parse_tensorflow_index(struct scan *s, struct reader *r, struct tally *t);       /* whole */
void parse_tensorflow_fingerprint(struct scan *s, struct reader *r, struct tally *t); /* whole */
void parse_ubjson(struct scan *s, struct reader *r, struct tally *t);
void parse_catboost(struct scan *s, struct reader *r, struct tally *t);
void parse_tar(struct scan *s, struct reader *r, struct tally *t);
void parse_json(struct scan *s, struct reader *r, struct tally *t);        /* whole */
void parse_packed(struct scan *s, struct reader *r, struct tally *t);

/* True when a valid end of a zip file stands at the end of the bytes. */
bool zip_ends(struct str whole);
bool is_safetensors(struct str head, uint64_t size); /* size UINT64_MAX: not known */
bool is_json(struct str head);
/* Looks through JSON for what names code; false where it isn't JSON, with how far it is and why. */
bool check_json(struct scan *s, struct str text, uint64_t base, size_t *end, const char **error);
/* Where the signature stands: at 0, 512, 1024 … */
bool hdf5_begins(struct str whole, uint64_t *at);
bool is_tar(struct str head);
/* True for a path of an archive that leads out of the folder in which it is unpacked. */
bool path_leaves(struct str name);
/* These four have no magic: they are told by which fields stand there. */
bool is_onnx(struct str whole);
bool is_saved_model(struct str whole);
bool is_tensorflow_graph(struct str whole);
bool is_coreml(struct str whole);
bool is_tflite(struct str whole);
/* Judges an operator of TensorFlow by its name. */
void check_tensorflow_operator(struct scan *s, struct str name, uint64_t at);
bool is_rds(struct str head);
/* Says so when a text is Python source; false when it isn't. */
bool check_python(struct scan *s, struct str text);
/* True when all of a text falls into the words of Python, and something in it is called, imported or defined (pylines.c). */
bool can_be_python(struct str text);
/* The same of one line, whose brackets may go on behind it and which need not call anything: no prose. */
bool can_be_python_line(struct str line);
/* True when the text names an encoding in which it would say something else. */
bool has_hiding_encoding(struct str text);
/* Looks through a text for what makes a YAML reader call something. */
void check_yaml(struct scan *s, struct str text);
/* Judges what Hydra would call. */
void check_target(struct scan *s, struct str name, uint64_t at);
bool is_ubjson(struct str head);
bool is_catboost(struct str head);
bool is_picture(struct str head);
bool is_sentencepiece(struct str whole);
bool is_keras_metadata(struct str whole);
bool is_coreml_weights(struct str head);
bool is_tensorflow_index(struct str whole);
bool is_tensorflow_fingerprint(struct str whole);
