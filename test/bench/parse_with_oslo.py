"""Parses a configuration file with oslo.config, and prints how long that takes, in seconds.

Exits with 3 where oslo.config is not installed.
"""
import sys
import time

try:
    from oslo_config import cfg
except ImportError:
    sys.exit(3)

begun = time.process_time()
sections = {}
cfg.ConfigParser(sys.argv[1], sections).parse()
print(time.process_time() - begun)
