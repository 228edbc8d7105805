"""Tools around mlsched's model files: train, export, check."""
