"""Boots a sched_ext kernel in QEMU and runs one command in it.

The way of a run: `cli` reads the flags, `kernel` provides the kernel, `image` the initramfs,
`machine` the QEMU command line; `run` starts it, passes the output on and finds out how it ended;
`session` decides about accelerator, quotas and another try.
"""
