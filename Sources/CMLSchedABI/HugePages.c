// SPDX-License-Identifier: GPL-2.0-or-later
#include "CMLSchedABI.h" /* prctl is variadic, which Swift cannot call */

#include <sys/prctl.h>

int mls_refuse_huge_pages(void)
{
	return prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
}
