"""What is reported of each subject; one file each, read by `sim/observe.py`. Reads the world, writes only its record."""
