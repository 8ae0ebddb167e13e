"""Pictures in and out: hostile bytes to clean pixels, clean pixels to files, and a sketcher for samples.

Pillow, numpy and OpenCV only: the web application and the inference both stand on this package.
"""
