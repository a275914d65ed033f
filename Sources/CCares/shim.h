#ifndef MEMBERLIST_CCARES_SHIM_H
#define MEMBERLIST_CCARES_SHIM_H

#include <ares.h>

#endif
