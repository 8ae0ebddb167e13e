"""engines"""

import argparse
import json

from inference.pipeline import Pipeline


def run(arguments: argparse.Namespace) -> int:
    described = Pipeline.load(arguments.weights, arguments.device, arguments.precision).describe()
    if arguments.json:
        print(json.dumps(described, indent=2))
        return 0
    for engine in described["engines"]:
        note = " - demonstration model" if engine["demonstration"] else ""
        print(f"{engine['name']}{note}\n  {engine['description']}")
        print(f"  controls: {', '.join(engine['controls'])}; default strength {engine['default_strength']:g}")
        for region, choices in engine["choices"].items():
            print(f"  {region}: {', '.join(choice['name'] for choice in choices)}")
    print(f"device: {described['device']}")
    return 0
