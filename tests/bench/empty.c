/* SPDX-License-Identifier: BSD-2-Clause */
/* The minimal cost of a program. */
int main(void)
{
	return 0;
}
