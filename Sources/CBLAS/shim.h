/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One header, wherever the distribution keeps it: pkg-config gives its folder.
 */
#include <cblas.h>
