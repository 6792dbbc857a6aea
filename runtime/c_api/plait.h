/* The C interface of Plait's runtime: load a plan, run requests, read results. Nothing here throws or exits.
 *
 * Strings are UTF-8. Text that a function returns belongs to the object it was asked of and lives until that object is freed.
 * A function that can fail takes `plait_error** error` and returns null or a non-zero status; the error is then the caller's to free.
 */
#ifndef PLAIT_H
#define PLAIT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PLAIT_API __attribute__((visibility("default")))
#define PLAIT_API_VERSION 6

/* NOLINTBEGIN(readability-identifier-naming): the names of C */
typedef struct plait_program plait_program;
typedef struct plait_request plait_request;
typedef struct plait_evaluation plait_evaluation;
typedef struct plait_error plait_error;
/* NOLINTEND(readability-identifier-naming) */

/* PLAIT_API_VERSION of the library. */
PLAIT_API int plait_api_version(void);

/* The stable code, such as "model-not-found". */
PLAIT_API const char* plait_error_code(const plait_error* error);
/* The error as a person reads it, several lines; with colours where `colour` is not 0. */
PLAIT_API const char* plait_error_text(plait_error* error, int colour);
/* {"code": ..., "message": ..., "place": ..., "notes": [{"label": ..., "text": ...}]} */
PLAIT_API const char* plait_error_json(plait_error* error);
PLAIT_API void plait_error_free(plait_error* error);

typedef struct {
  /* One a model of the plan, in its order; of a model that is compiled code its file. */
  const char* const* model_folders;
  size_t model_folder_count;
  /* Load only what this entry needs; everything where null. */
  const char* only_entry;
  /* Computing threads; 0 takes what the plan was made for. Fixed for the life of the program. */
  int threads;
  /* Called with bytes of weights that are ready and that there are, copies for drafts among them, from any thread; may be null. */
  void (*progress)(void* user, uint64_t done, uint64_t total);
  void* user;
  /* Models that are compiled code run only where this is not 0, or where the digest of their file, "sha256:...", is among these. */
  int allow_code_models;
  const char* const* allowed_digests;
  size_t allowed_digest_count;
  /* The folder where weights that take computing are kept from one load to the next; none where null. It is made when it is needed. */
  const char* cache_folder;
  /* What that folder may hold; 0 takes 10 GiB, or a tenth of the disk's free space if that is less. */
  uint64_t cache_bytes;
  /* Called while models are loaded with what a person should know, as a sentence without full stop; may be null. */
  void (*note)(void* user, const char* text);
} plait_load_options;

/* Reads a plan in its TOML form and loads its models. `plan_name` is what messages call the plan. */
PLAIT_API plait_program* plait_load(const char* plan, size_t plan_length, const char* plan_name, const plait_load_options* options,
                                    plait_error** error);
/* {"threads": n, "stand_ins": ["Service.model", ...]} */
PLAIT_API const char* plait_program_json(plait_program* program);
PLAIT_API void plait_program_free(plait_program* program);

typedef struct {
  /* The entry, Service.api; null or empty where the plan has one only. */
  const char* entry;
  /* A JSON object of arguments by name. */
  const char* arguments;
  size_t arguments_length;
  /* What messages call the arguments' text. */
  const char* arguments_name;
  uint64_t seed;
  /* Milliseconds; 0 takes the entry's own timeout. */
  int64_t timeout_ms;
  /* Called with each piece of a result that is a stream, as one line of JSON, when it comes; on another thread than that of
     plait_request_run, but while that waits. What it returns other than 0 ends the request with the error "cancelled". May be null: then
     the result is a list of the pieces. */
  int (*on_piece)(void* user, const char* piece);
  void* user;
} plait_request_options;

/* Makes a request; nothing runs yet. */
PLAIT_API plait_request* plait_request_new(plait_program* program, const plait_request_options* options, plait_error** error);
/* Runs it to its end on the calling thread's behalf. Returns 0 on success. Once per request. */
PLAIT_API int plait_request_run(plait_request* request, plait_error** error);
/* From any thread or signal handler, from the request's making until its freeing: `plait_request_run` ends soon with the error "cancelled".
 */
PLAIT_API void plait_request_cancel(plait_request* request);
/* After a successful run: the result as one line of JSON; null where its pieces went to on_piece. */
PLAIT_API const char* plait_request_result(plait_request* request);
/* After a run: {"entry", "seed", "seconds", "degraded": [{"call", "place", "code", "message", "count"}], "steps": [{"stage", "kind",
   "model", "method", "place", "calls", "threads", "track", "begin", "seconds", "prompt_tokens", "new_tokens", "bytes_streamed",
   "operations"}]}; of a stream also "pieces", how many, and "first_piece", when the first one came, null where none did; times in seconds
   from the start of the run. */
PLAIT_API const char* plait_request_report(plait_request* request);
PLAIT_API void plait_request_free(plait_request* request);

typedef struct {
  /* The model's name in the plan, Service.model, and its folder. */
  const char* model;
  const char* model_folder;
  /* "bf16" or "int8"; null takes what the plan declares. */
  const char* precision;
  const char* text;
  size_t text_length;
  /* What messages call the text. */
  const char* text_name;
  /* What a text.ZeroShot chooses from; no other task looks at them. */
  const char* const* labels;
  size_t label_count;
  /* A generator looks at the first so many tokens; 0 takes all. */
  int64_t max_tokens;
  /* Computing threads; 0 takes what the plan was made for. */
  int threads;
  /* Called with the scored tokens or the texts that are done, and those that there are. What it returns other than 0 ends the evaluation
     with the error "cancelled". May be null. */
  int (*progress)(void* user, int64_t done, int64_t total);
  void* user;
  /* As in plait_load_options. */
  const char* cache_folder;
  uint64_t cache_bytes;
  void (*note)(void* user, const char* text);
} plait_evaluation_options;

/* What a class of weights costs: loads one model of the plan in "exact" and in the class, and compares them on a text. The weights of both
   are in memory while it runs. */
PLAIT_API plait_evaluation* plait_evaluate(const char* plan, size_t plan_length, const char* plan_name,
                                           const plait_evaluation_options* options, plait_error** error);
/* {"model", "task", "precision", ...}; of a text.Generator with "tokens", "positions", "windows", "scored_tokens", "equal_tops",
   "equal_top_share", "mean_divergence", "perplexity_change", "exact": {"perplexity", "bytes_per_pass"}, "in_class": {the same}, "stand_in";
   of a text.Classifier or text.ZeroShot, whose texts are the lines that are not blank, with "texts", "equal_tops", "equal_top_share",
   "largest_score_difference", "largest_difference_line" (null where there is no difference), "stand_in"; of a text.Embedder, whose texts
   are the same, with "texts", "equal_tops" (texts whose nearest other text by cosine is the same), "equal_top_share", "mean_cosine" (of a
   text's two vectors), "least_cosine", "least_cosine_line", "stand_in". Shares and changes are fractions, divergences nats. */
PLAIT_API const char* plait_evaluation_json(plait_evaluation* evaluation);
PLAIT_API void plait_evaluation_free(plait_evaluation* evaluation);

#ifdef __cplusplus
}
#endif

#endif
