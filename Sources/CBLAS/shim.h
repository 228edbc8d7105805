/* One header, wherever the distribution keeps it: pkg-config gives its folder.
 */
#include <cblas.h>
