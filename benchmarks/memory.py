"""Does memory grow? RSS over many renders in one process.

python -m benchmarks.memory [--renders 1000]
"""

import argparse

from benchmarks.rss import resident_mb
from imaging.sketcher import draw_sketch
from inference.options import RenderOptions
from inference.pipeline import Pipeline


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--renders", type=int, default=1000)
    parser.add_argument("--device", default="auto")
    arguments = parser.parse_args()
    pipeline = Pipeline.load(device=arguments.device)
    pages = [draw_sketch(seed, size=384 + 32 * (seed % 8)).image for seed in range(24)]
    for k in range(arguments.renders + 1):
        if k in (100, arguments.renders) or k % 250 == 0:
            print(f"after {k:5} renders: {resident_mb():7.1f} MB", flush=True)
        pipeline.render(pages[k % len(pages)], RenderOptions(seed=k % 3))


if __name__ == "__main__":
    main()
