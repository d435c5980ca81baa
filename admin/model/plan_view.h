/* SPDX-License-Identifier: BSD-2-Clause */
/* The runs of a preview as people and as programs read them, for plan and for why. */
#ifndef PLAN_VIEW_H
#define PLAN_VIEW_H

#include "model/preview.h"
#include "ui/json.h"
#include "ui/terminal.h"

/* What is planned at each hook point, and why; what of it is left out, and why. */
void plan_view_write(const struct terminal *terminal, const struct preview *preview);
void plan_view_write_point(const struct terminal *terminal, const struct preview *preview,
	enum uh_hook_point hook_point);
/* The same as JSON, the caller's; the shape is in apt-universal-hooks(8). */
json_t *plan_view_to_json(const struct preview *preview);
/* The transaction's packages as JSON, the caller's. */
json_t *packages_to_json(const struct transaction *transaction);

#endif
