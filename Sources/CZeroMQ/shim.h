// libzmq as Swift sees it. Nothing of our own: everything we add to it is Swift, in `ZeroMQ`.
#ifndef TWIN_CZEROMQ_SHIM_H
#define TWIN_CZEROMQ_SHIM_H

#include <zmq.h>

#endif
