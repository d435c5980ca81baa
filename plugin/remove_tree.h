/* SPDX-License-Identifier: BSD-2-Clause */
/* Deletes a directory in which another account may be at work meanwhile. */
#ifndef REMOVE_TREE_H
#define REMOVE_TREE_H

/*
 * Deletes name, a single name in the directory, and all that is below it. Follows no
 * symlink. Leaves alone mount points, and directories that somebody may have moved there
 * although they could not delete what is in them: in a directory that is not ours, those
 * of another owner. Ends although others keep adding files. 0, −ENOENT if there is no such
 * file, or another −errno if anything is left.
 */
int remove_tree(int directory, const char *name);

#endif
