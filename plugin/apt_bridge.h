/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What only libapt-pkg knows, in plain C types. apt-bridge.so is the one object that
 * links to it, and costs several times what all the rest does: it is loaded when it is
 * needed.
 */
#ifndef APT_BRIDGE_H
#define APT_BRIDGE_H

#include <stddef.h>

#ifdef __cplusplus
#define APT_BRIDGE_NOEXCEPT noexcept
extern "C" {
#else
#define APT_BRIDGE_NOEXCEPT
#endif

/*
 * Reads apt's configuration as apt itself does (apt.conf(5): APT_CONFIG, apt.conf.d,
 * apt.conf), then files and options ("KEY=VALUE") as given on its command line; both end
 * with NULL. take gets the lines of the scope Universal-Hooks::, in the form of apt's
 * info stream. Returns 0, or −1 when the configuration could not be read; what apt has to
 * say to that is dropped, since apt says it as well. Never throws.
 */
__attribute__((visibility("default"))) int apt_bridge_settings(const char *const *files,
	const char *const *options,
	void (*take)(const char *bytes, size_t size, void *context),
	void *context) APT_BRIDGE_NOEXCEPT;

/* Found by its name, with dlsym(3). */
#define APT_BRIDGE_SETTINGS "apt_bridge_settings"
#ifndef __cplusplus
typedef __typeof__(apt_bridge_settings) apt_bridge_settings_function;
#endif

#ifdef __cplusplus
}
#endif

#endif
