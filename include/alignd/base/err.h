/*
 * err.h - the one list of error codes.  A function returns 0 or one of these
 * (negative); whoever meets the outside world logs the words, callers pass
 * the code on in silence.  err_exit_status maps a code to the exit status of
 * the program (sysexits.h).  Memory is not among them: without it the process
 * ends (memory.h).
 */
#ifndef ALIGND_BASE_ERR_H
#define ALIGND_BASE_ERR_H

/*      name           value  exit  text */
#define ERR_LIST(X)                                                                                \
    X(ERR_OK, 0, 0, "no error")                                                                    \
    X(ERR_IO, -2, 74, "input or output failed")                                                    \
    X(ERR_STORE, -3, 74, "the store failed")                                                       \
    X(ERR_BUSY, -4, 75, "in use by another process")                                               \
    X(ERR_VERSION, -5, 78, "written by a newer version")                                           \
    X(ERR_FORMAT, -6, 65, "malformed input")                                                       \
    X(ERR_CONFIG, -7, 78, "bad configuration")                                                     \
    X(ERR_USAGE, -8, 64, "bad usage")                                                              \
    X(ERR_BROKER, -9, 69, "the broker is unavailable")                                             \
    X(ERR_AUTH, -10, 77, "not authorised")                                                         \
    X(ERR_FENCED, -11, 75, "fenced by a newer instance")                                           \
    X(ERR_MISMATCH, -12, 78, "the store and the broker disagree")                                  \
    X(ERR_LIMIT, -13, 65, "over a configured limit")                                               \
    X(ERR_NOT_FOUND, -14, 66, "not found")                                                         \
    X(ERR_RETRY, -15, 75, "try again")                                                             \
    X(ERR_DIFFERS, -16, 1, "the store differs from its triples")                                   \
    X(ERR_INTERNAL, -17, 70, "internal error")                                                     \
    X(ERR_STOPPED, -18, 130, "stopped by the user")

enum err {
#define ERR_ENUM(name, value, exit, text) name = (value),
    ERR_LIST(ERR_ENUM)
#undef ERR_ENUM
};

/* A static string; for an unknown code too. */
const char *err_text(int code);

/* The exit status of the program for a code; 70 for an unknown one. */
int err_exit_status(int code);

/*
 * Of two steps that are both taken whatever becomes of the first, as a close
 * after writing: the code of the first that failed; 0 if neither did.
 */
static inline int err_first(int earlier, int later)
{
    return earlier ? earlier : later;
}

#endif
