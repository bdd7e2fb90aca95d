"""Start the simulator as `python -m paydesk_simulator`."""

from __future__ import annotations

import sys

from paydesk_simulator.command import main

sys.exit(main())
