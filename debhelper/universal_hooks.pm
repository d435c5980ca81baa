# SPDX-License-Identifier: BSD-2-Clause
# Loaded by dh --with universal-hooks, or by a build dependency on dh-sequence-universal-hooks.
use strict;
use warnings;

# Before the programs that inspect installed files: dh_perl, dh_strip, dh_shlibdeps, dh_fixperms.
insert_after('dh_install', 'dh_installuniversalhooks');

1;
