/* libbpf's public headers; wrappers below stand for what Swift cannot import. */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
