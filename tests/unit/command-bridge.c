/* SPDX-License-Identifier: BSD-2-Clause */
/* Instead of the installed one. */
extern const char bridge_file[];
const char bridge_file[] = TEST_BRIDGE;
