/*
 * err.c - words and exit statuses, both made from the one list in err.h: a code cannot
 * lack either, and two codes of one number do not compile.
 */
#include "alignd/base/err.h"

const char *err_text(int code)
{
    switch (code) {
#define ERR_CASE(name, value, exit, text)                                                          \
    case value:                                                                                    \
        return text;
        ERR_LIST(ERR_CASE)
#undef ERR_CASE
    default:
        return "unknown error";
    }
}

int err_exit_status(int code)
{
    switch (code) {
#define ERR_CASE(name, value, exit, text)                                                          \
    case value:                                                                                    \
        return exit;
        ERR_LIST(ERR_CASE)
#undef ERR_CASE
    default:
        return 70;
    }
}
