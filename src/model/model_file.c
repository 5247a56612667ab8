#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/model/model.h"

int model_load(const char *path, struct model **ret_model)
{
    (void)ret_model;
    log_error("%s: model files cannot be read yet", path);
    return ERR_INTERNAL;
}

int model_save(const struct model *m, const char *path)
{
    (void)m;
    log_error("%s: model files cannot be written yet", path);
    return ERR_INTERNAL;
}
