"""What all tests share."""

import os

# Tests run beside each other. Two threads of torch each would wait for one another.
os.environ.setdefault("OMP_NUM_THREADS", "1")
