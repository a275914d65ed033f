#ifndef MEMBERLIST_CZLIB_SHIM_H
#define MEMBERLIST_CZLIB_SHIM_H

#include <zlib.h>

#endif
