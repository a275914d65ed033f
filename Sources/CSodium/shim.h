#ifndef MEMBERLIST_CSODIUM_SHIM_H
#define MEMBERLIST_CSODIUM_SHIM_H

#include <sodium.h>

#endif
