/* SPDX-License-Identifier: BSD-2-Clause */
/* The least that a program costs. */
int main(void)
{
	return 0;
}
