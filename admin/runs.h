/* SPDX-License-Identifier: BSD-2-Clause */
/* The runs of a preview as people and as programs read them, for plan and for why. */
#ifndef RUNS_H
#define RUNS_H

#include "json.h"
#include "preview.h"
#include "terminal.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What is planned at each hook point, and why; what of it is left out, and why. */
void runs_write(const struct terminal *terminal, const struct preview *preview);
void runs_write_point(const struct terminal *terminal, const struct preview *preview,
	enum uh_hook_point hook_point);
/* The same as JSON, the caller's; the shape is in apt-universal-hooks(8). */
json_t *runs_to_json(const struct preview *preview);
/* The transaction's packages as JSON, the caller's. */
json_t *packages_to_json(const struct transaction *transaction);

#ifdef __cplusplus
}
#endif

#endif
