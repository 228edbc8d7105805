/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One header, wherever the distribution keeps it: pkg-config gives its folder.
 *
 * What only OpenBLAS has is weak: another library may answer to its name, as
 * Debian's alternatives and preloading allow, and Swift cannot ask whether a
 * function is there.
 */
#include <cblas.h>

#pragma weak openblas_get_config
#pragma weak openblas_get_corename
#pragma weak openblas_set_num_threads

/* The processor whose kernels are used, or NULL. */
static inline const char *blas_core_name(void)
{
	return openblas_get_corename ? openblas_get_corename() : 0;
}

/* Name, version and build options, or NULL. */
static inline const char *blas_configuration(void)
{
	return openblas_get_config ? openblas_get_config() : 0;
}

/* For the whole process. */
static inline void blas_use_one_thread(void)
{
	if (openblas_set_num_threads)
		openblas_set_num_threads(1);
}
