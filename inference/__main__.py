"""python -m inference render | reproduce | engines | weights | export"""

from inference.cli import main

raise SystemExit(main())
