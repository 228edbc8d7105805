"""mlsched beside other ways to evaluate the same network: tools/bench_peers, tools/bench_readme."""
