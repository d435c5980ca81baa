# SPDX-License-Identifier: BSD-2-Clause
# dh --with universal-hooks, or a build dependency on dh-sequence-universal-hooks.
use strict;
use warnings;

# Before what looks at installed files: dh_perl, dh_strip, dh_shlibdeps, dh_fixperms.
insert_after('dh_install', 'dh_installuniversalhooks');

1;
