"""What recognisers cut out of an aligned face."""

import numpy as np

from inference.template import Points

# The five points of the template in the 112 x 112 px crop that face recognisers are trained on (ArcFace's).
RECOGNISER_POINTS: Points = np.array([(38.3, 51.7), (73.5, 51.5), (56.0, 71.7), (41.5, 92.4), (70.7, 92.2)], np.float32)
